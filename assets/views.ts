/**
 * The assets named by pages, compatible routes and schedules, each with the type of its rows.
 *
 * Assets are imported as types only, so that readers load none of them, and projects with other assets need none: pages check
 * whether the graph has an asset.
 */
import type { RowOf, View } from "../engine/mod.ts";
import type * as imported from "./imported/mod.ts";
import type * as assets from "./mod.ts";

type Assets = typeof assets & typeof imported;

/** The view of an asset, by its export name. Only its own key compiles. */
function view<Name extends keyof Assets>(key: Assets[Name]["key"]): View<RowOf<Assets[Name]>> {
  return { key };
}

// For assets that differ by kind of source, the type is that of their common row schema.
export const rawTickers = view<"rawTickers">("raw_tickers");
export const rawDailyBars = view<"rawDailyBars">("raw_daily_bars");
export const rejectedBars = view<"rejectedBars">("rejected_bars");
export const rawSplits = view<"rawSplits">("raw_splits");
export const rawDividends = view<"rawDividends">("raw_dividends");
export const joinedTickers = view<"joinedTickers">("joined_tickers");
export const sessions = view<"sessions">("sessions");
export const tickerDetails = view<"tickerDetails">("ticker_details");
export const tickers = view<"tickers">("tickers");
export const news = view<"news">("news");
export const newsMentions = view<"newsMentions">("news_mentions");
export const dailyBars = view<"dailyBars">("daily_bars");
export const indicators = view<"indicators">("indicators");
export const cleanPrices = view<"cleanPrices">("clean_prices");
export const pairClusters = view<"pairClusters">("pair_clusters");
export const tickerMap = view<"tickerMap">("ticker_map");
export const cointegratedPairs = view<"cointegratedPairs">("cointegrated_pairs");
export const chosenPairs = view<"chosenPairs">("chosen_pairs");
export const formationPairs = view<"formationPairs">("formation_pairs");
export const walkForwardPairs = view<"walkForwardPairs">("walk_forward_pairs");
export const walkForwardWindows = view<"walkForwardWindows">("walk_forward_windows");
export const pairSignals = view<"pairSignals">("pair_signals");
export const pairTrades = view<"pairTrades">("pair_trades");
export const pairMetrics = view<"pairMetrics">("pair_metrics");
export const walkForwardDaily = view<"walkForwardDaily">("walk_forward_daily");
export const walkForwardTrades = view<"walkForwardTrades">("walk_forward_trades");
export const backtestTrials = view<"backtestTrials">("backtest_trials");
export const portfolioDaily = view<"portfolioDaily">("portfolio_daily");
export const strategyComparison = view<"strategyComparison">("strategy_comparison");
export const spreadForecasts = view<"spreadForecasts">("spread_forecasts");
export const forecastScores = view<"forecastScores">("forecast_scores");
export const trendAccuracy = view<"trendAccuracy">("trend_accuracy");
export const serviceHealth = view<"serviceHealth">("service_health");
