/** All assets. A new one is a file of its own and a line here. */
export { rawTickers } from "./market/raw_tickers.ts";
export { rawDailyBars } from "./market/raw_daily_bars.ts";
export { dailyBars } from "./market/daily_bars.ts";
export { rejectedBars } from "./market/rejected_bars.ts";
export { cleanPrices } from "./market/clean_prices.ts";
export { pairClusters } from "./pairs/pair_clusters.ts";
export { cointegratedPairs } from "./pairs/cointegrated_pairs.ts";
export { chosenPairs } from "./pairs/chosen_pairs.ts";
export { walkForwardPairs } from "./pairs/walk_forward_pairs.ts";
export { walkForwardWindows } from "./pairs/walk_forward_windows.ts";
export { pairSignals } from "./backtests/pair_signals.ts";
export { pairTrades } from "./backtests/pair_trades.ts";
export { pairMetrics } from "./backtests/pair_metrics.ts";
export { walkForwardDaily } from "./backtests/walk_forward_daily.ts";
export { walkForwardTrades } from "./backtests/walk_forward_trades.ts";
export { portfolioDaily } from "./backtests/portfolio_daily.ts";
export { strategyComparison } from "./backtests/strategy_comparison.ts";
