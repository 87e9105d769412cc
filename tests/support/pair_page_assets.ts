import {
  chosenPairs,
  cleanPrices,
  cointegratedPairs,
  pairClusters,
  pairMetrics,
  pairTrades,
  portfolioDaily,
  strategyComparison,
  tickerMap,
  walkForwardDaily,
  walkForwardPairs,
  walkForwardTrades,
  walkForwardWindows,
} from "../../assets/mod.ts";
import { type AnyAsset, type RowOf, table } from "../../engine/mod.ts";
import { forecastPageAssets } from "./forecast_page_rows.ts";
import { knownTable } from "./known_tables.ts";
import { tradablePair } from "./tradable_pair.ts";

/** 90 weekdays from 2026-01-05 on. */
export const pageSessions: readonly string[] = Array.from({ length: 90 }, (_, t) => {
  const day = new Date(Date.UTC(2026, 0, 5 + 7 * Math.floor(t / 5) + t % 5));
  return day.toISOString().slice(0, 10);
});

/** The spread of KO and PEP, whose line is PEP = 2 KO + 10. */
export const pageSpread: readonly number[] = pageSessions.map((_, t) => 3 * Math.sin(t / 4));

type Tested = RowOf<typeof cointegratedPairs>;

const dull: Omit<Tested, "ticker_1" | "ticker_2" | "cluster"> = {
  as_of: pageSessions[89]!,
  sources: ["cluster"],
  slope: 1,
  intercept: 0,
  adf_statistic: -1,
  adf_p_value: 0.4,
  used_lag: 0,
  engle_granger_p_value: 0.5,
  engle_granger_p_value_reversed: null,
  adjusted_p_value: null,
  earlier_p_value: null,
  hurst_exponent: 0.5,
  half_life: 40,
  half_life_low: null,
  half_life_high: null,
  mean_crossings: 20,
  ...tradablePair,
  accepted: false,
  failed_criteria: [{ criterion: "adfPValue", reason: "p-value 0.4 is not below 0.05." }],
};

/** Sizes of a chosen pair. */
const knownSizes = { notional: 10_000, shares_1: -81, shares_2: 41, max_notional: tradablePair.max_notional };
const unknownSizes = { notional: 10_000, shares_1: null, shares_2: null, max_notional: null };

/**
 * One accepted pair, one that failed two criteria, one that does not revert, and 52 rejected ones: 55 in four clusters. Five
 * sessions earlier, one of the 52 was accepted and KO and PEP were not.
 */
const tested: Tested[] = [
  { ...dull, as_of: pageSessions[84]!, ticker_1: "KO", ticker_2: "PEP", cluster: 7, slope: 3 },
  {
    ...dull,
    as_of: pageSessions[84]!,
    ticker_1: "T00",
    ticker_2: "ZZ",
    cluster: 7,
    accepted: true,
    engle_granger_p_value: 0.01,
    failed_criteria: [],
  },
  {
    ...dull,
    ticker_1: "KO",
    ticker_2: "PEP",
    cluster: 0,
    slope: 2,
    intercept: 10,
    adf_statistic: -4.21,
    adf_p_value: 0.001,
    used_lag: 3,
    engle_granger_p_value: 0.004,
    engle_granger_p_value_reversed: 0.005,
    adjusted_p_value: 0.27,
    hurst_exponent: 0.3,
    half_life: 6.5,
    half_life_low: 4.2,
    half_life_high: 11.9,
    mean_crossings: 30,
    accepted: true,
    failed_criteria: [],
  },
  {
    ...dull,
    ticker_1: "CVX",
    ticker_2: "XOM",
    cluster: 1,
    adf_p_value: 0.2123456789,
    engle_granger_p_value: 0.31,
    half_life: 300.123456,
    failed_criteria: [
      { criterion: "adfPValue", reason: "p-value 0.2123456789 is not below 0.05." },
      { criterion: "halfLife", reason: "Half-life 300.123456 is not below 260 sessions." },
    ],
  },
  {
    ...dull,
    ticker_1: "A&B",
    ticker_2: "C<D",
    cluster: 1,
    engle_granger_p_value: null,
    half_life: -20,
    failed_criteria: [{ criterion: "halfLife", reason: "Half-life -20 is not above 0: the spread does not revert." }],
  },
  ...Array.from({ length: 52 }, (_, i) => ({
    ...dull,
    ticker_1: `T${String(i).padStart(2, "0")}`,
    ticker_2: "ZZ",
    cluster: 2 + i % 2,
    half_life: 40 + i,
    engle_granger_p_value: 0.5 + i / 1000,
  })),
];

const prices: RowOf<typeof cleanPrices>[] = pageSessions.flatMap((session, t) => {
  const ko = 50 + t / 10;
  return [
    { ticker: "KO", session, close: ko, filled: false },
    { ticker: "PEP", session, close: 2 * ko + 10 + pageSpread[t]!, filled: false },
    { ticker: "CVX", session, close: 100 + t, filled: false },
    { ticker: "XOM", session, close: 90 + t, filled: false },
  ];
});

const window = {
  window: 1,
  formation_first_session: pageSessions[0]!,
  formation_last_session: pageSessions[39]!,
  trading_first_session: pageSessions[40]!,
  trading_last_session: pageSessions[59]!,
  complete: true,
  rank: 1,
  cluster: 0,
  sources: ["cluster"],
  slope: 2,
  intercept: 10,
  adf_p_value: 0.001,
  engle_granger_p_value: 0.004,
  engle_granger_p_value_reversed: 0.005,
  adjusted_p_value: 0.27,
  hurst_exponent: 0.3,
  half_life: 6.5,
  mean_crossings: 30,
  pairs_tested: 55,
  ...tradablePair,
};

/** KO and PEP in two windows with ten sessions between them; and a pair with only a past window. */
const windows: RowOf<typeof walkForwardPairs>[] = [
  { ...window, ticker_1: "KO", ticker_2: "PEP" },
  { ...window, ticker_1: "OLD", ticker_2: "PAIR" },
  {
    ...window,
    window: 2,
    trading_first_session: pageSessions[70]!,
    trading_last_session: pageSessions[89]!,
    ticker_1: "KO",
    ticker_2: "PEP",
  },
];

/** In USD: up to 110,000, down by a tenth in the first session of the second window, and up to 121,000. */
function walkForwardEquity(t: number): number {
  return t < 60 ? 100_000 + 500 * (t - 39) : t === 70 ? 99_000 : t === 89 ? 121_000 : 110_000;
}

const days: RowOf<typeof walkForwardDaily>[] = ["rolling_trend", "z_score_bands"].flatMap((strategy) =>
  pageSessions.flatMap((session, t) =>
    t < 40 || (t >= 60 && t < 70) ? [] : [{
      strategy,
      ticker_1: "KO",
      ticker_2: "PEP",
      session,
      window: t < 60 ? 1 : 2,
      signal: t === 89 ? "window_end" : "hold",
      score: t === 89 ? -0.25 : null,
      z_score: t === 89 ? null : pageSpread[t]! / 2,
      entry_z: t === 89 ? null : 1,
      exit_z: t === 89 || strategy === "rolling_trend" ? null : 0.5,
      stop_z: t === 89 ? null : 4,
      hedge_ratio: t === 89 ? 2 : null,
      target: 0,
      position: t === 89 ? -1 : 0,
      fill_price_1: null,
      fill_price_2: null,
      shares_1: 0,
      shares_2: 0,
      weight_1: 0,
      weight_2: 0,
      gross_exposure: 0,
      turnover: 0,
      pnl: 0,
      dividends: 0,
      commission: 0,
      slippage: 0,
      borrow: 0,
      equity: strategy === "rolling_trend" ? walkForwardEquity(t) : 95_000,
      daily_return: 0,
    }]
  )
);

const trade = {
  strategy: "rolling_trend",
  ticker_1: "KO",
  ticker_2: "PEP",
  window: 1,
  entry_price_1: 54,
  entry_price_2: 118,
  shares_1: -2000,
  shares_2: 1000,
  hedge_ratio: 2,
};

const trades: RowOf<typeof walkForwardTrades>[] = [
  {
    ...trade,
    side: 1,
    signal_session: pageSessions[41]!,
    entry_session: pageSessions[42]!,
    exit_session: pageSessions[50]!,
    exit_price_1: 55,
    exit_price_2: 125,
    exit_reason: "stop",
    pnl: 5000,
    costs: 40,
    return_on_equity: 0.0496,
    sessions_held: 8,
  },
  {
    ...trade,
    window: 2,
    side: -1,
    signal_session: pageSessions[80]!,
    entry_session: pageSessions[81]!,
    exit_session: null,
    exit_price_1: null,
    exit_price_2: null,
    exit_reason: null,
    pnl: -300,
    costs: 20,
    return_on_equity: -0.0032,
    sessions_held: 8,
  },
];

/** Long in sessions 10 to 19 and short from 20 to 29, which is a reversal; a gain of 1,000 USD each time. */
const reference: RowOf<typeof pairTrades>[] = pageSessions.map((session, t) => ({
  ticker_1: "KO",
  ticker_2: "PEP",
  session,
  signal: "None",
  position: t < 10 || t >= 30 ? 0 : t < 20 ? 1 : -1,
  budget: t < 20 ? 100_000 : t < 30 ? 101_000 : 102_000,
  daily_return: t === 0 ? null : 0,
  cumulative_return: 0,
  ticker_1_price: 50,
  ticker_2_price: 110,
}));

/**
 * Compared settings: two strategies under two weightings, one of them under a third, at other costs and at costs by spread as
 * well, and the reference.
 */
const compared = [
  { strategy: "rolling_trend", costs: "fixed", cost_bps: 2, weighting: "equal" },
  { strategy: "rolling_trend", costs: "fixed", cost_bps: 2, weighting: "volatility_scaled" },
  { strategy: "rolling_trend", costs: "fixed", cost_bps: 2, weighting: "equal_risk_contribution" },
  { strategy: "rolling_trend", costs: "fixed", cost_bps: 5, weighting: "equal" },
  { strategy: "rolling_trend", costs: "spread", cost_bps: 2, weighting: "equal" },
  { strategy: "kalman_hedge", costs: "fixed", cost_bps: 2, weighting: "equal" },
  { strategy: "kalman_hedge", costs: "fixed", cost_bps: 2, weighting: "volatility_scaled" },
  { strategy: "reference", costs: "fixed", cost_bps: 2, weighting: "equal" },
] as const;

function isHeadline({ strategy, costs, cost_bps }: typeof compared[number]): boolean {
  return strategy === "rolling_trend" && costs === "fixed" && cost_bps === 2;
}

/** Limits that were binding in some sessions under one of the weightings. */
const portfolioMetadata = {
  max_ticker_share: 0.25,
  max_sector_share: 0.405,
  tickers_traded: 14,
  tickers_without_sector: 3,
  limited_sessions: table(
    ["strategy", "costs", "cost_bps", "weighting", "ticker", "sector"],
    compared.map((setting, i) => [
      setting.strategy,
      setting.costs,
      setting.cost_bps,
      setting.weighting,
      setting.weighting === "equal_risk_contribution" ? 12 : i,
      0,
    ]),
  ),
};

const portfolio: RowOf<typeof portfolioDaily>[] = compared.flatMap((setting) => {
  const { strategy, weighting } = setting;
  const rises = isHeadline(setting) && weighting === "equal";
  const equity = (t: number) => rises ? 1 + t / 100 : 0.5;
  return pageSessions.slice(40).map((session, t) => ({
    ...setting,
    session,
    headline: isHeadline(setting),
    looks_ahead: strategy === "reference",
    fills_at: strategy === "reference" ? "signal_close" as const : "next_open" as const,
    daily_return: equity(t) / (t === 0 ? 1 : equity(t - 1)) - 1,
    equity: equity(t),
    drawdown: 0,
    gross_exposure: 1,
    turnover: 0,
    allocated_pairs: 1,
    entered_positions: 0,
    benchmark_equity: 1 + t / 1000,
    cash_equity: 1,
    cash_return: 0,
  }));
});

const result: RowOf<typeof strategyComparison> = {
  strategy: "rolling_trend",
  costs: "fixed",
  cost_bps: 2,
  weighting: "equal",
  headline: true,
  best: true,
  looks_ahead: false,
  fills_at: "next_open",
  first_session: pageSessions[40]!,
  last_session: pageSessions[89]!,
  sessions: 50,
  total_return: 0.49,
  annualized_return: 0.123,
  annualized_return_low: -0.02,
  annualized_return_high: 0.27,
  volatility: 0.1,
  sharpe: 1.234,
  sharpe_low: -0.2,
  sharpe_high: 2.6,
  sortino: 2,
  calmar: 3,
  max_drawdown: -0.045,
  max_drawdown_low: -0.11,
  max_drawdown_high: -0.02,
  longest_drawdown_sessions: 3,
  value_at_risk: 0.01,
  expected_shortfall: 0.02,
  hit_rate: 0.6,
  profit_factor: 2,
  positions: 2,
  turnover_per_year: 10,
  mean_gross_exposure: 1,
  time_in_market: 0.5,
  cash_total_return: 0,
  benchmark_total_return: 0.049,
  beta: 0.1,
  alpha_per_year: 0.1,
  correlation: 0.1,
  settings_tried: 10,
  settings_tried_before: 4,
  settings_tried_by_hand: 0,
  pairs_tested: 55,
  probabilistic_sharpe: 0.99,
  expected_maximum_sharpe: 1,
  deflated_sharpe: 0.876,
  pair_trials: 16,
  overfitting_probability: 0.34,
  deflated_sharpe_all_trials: 0.5,
};

/** Different figures for every setting except the first, some of them null. */
const results: RowOf<typeof strategyComparison>[] = compared.map((setting) => {
  if (isHeadline(setting) && setting.weighting === "equal") return result;
  const other = {
    ...result,
    ...setting,
    headline: isHeadline(setting),
    best: false,
    total_return: -0.5,
    annualized_return: -0.96,
  };
  if (setting.strategy !== "reference") {
    return { ...other, sharpe: -0.5, sharpe_low: -1.5, sharpe_high: 0.5, calmar: null };
  }
  return {
    ...other,
    looks_ahead: true,
    fills_at: "signal_close",
    total_return: 9.5,
    sharpe: 4,
    sharpe_low: null,
    sharpe_high: null,
  };
});

/** One cluster of three tickers for the preset of the tested pairs, none for the other. */
const clusters: RowOf<typeof pairClusters>[] = (["research", "service"] as const).flatMap((preset) =>
  ["KO", "PEP", "CVX", "C<D"].map((ticker, i) => ({
    as_of: pageSessions[89]!,
    preset,
    ticker,
    cluster: preset === "research" && i < 3 ? 0 : -1,
    position: i,
    reachability: null,
    core_distance: null,
    component_1: i - 1.5,
    component_2: i * i / 4 - 1,
    component_3: null,
    component_4: null,
    component_5: null,
  }))
);

/** The same tickers placed by t-SNE. */
const mapped: RowOf<typeof tickerMap>[] = ["KO", "PEP", "CVX", "C<D"].map((ticker, i) => ({
  as_of: pageSessions[89]!,
  ticker,
  x: 10 * Math.cos(i),
  y: 10 * Math.sin(i),
}));

/** Tables read by the pages of pairs: the service's own, with rows that can be counted by hand. */
export const pairPageAssets: AnyAsset[] = [
  knownTable(cleanPrices, prices),
  knownTable(pairClusters, clusters),
  knownTable(tickerMap, mapped),
  knownTable(cointegratedPairs, tested),
  knownTable(chosenPairs, [{
    as_of: pageSessions[84]!,
    rank: 1,
    ticker_1: "T00",
    ticker_2: "ZZ",
    slope: 1,
    intercept: 0,
    adf_p_value: 0.01,
    engle_granger_p_value: 0.01,
    engle_granger_p_value_reversed: null,
    adjusted_p_value: null,
    half_life: 40,
    ...knownSizes,
    pinned: false,
    reason: null,
  }, {
    as_of: pageSessions[89]!,
    rank: 1,
    ticker_1: "KO",
    ticker_2: "PEP",
    slope: 2,
    intercept: 10,
    adf_p_value: 0.001,
    engle_granger_p_value: 0.004,
    engle_granger_p_value_reversed: 0.005,
    adjusted_p_value: 0.27,
    half_life: 6.5,
    ...knownSizes,
    pinned: false,
    reason: null,
  }, {
    as_of: pageSessions[89]!,
    rank: 2,
    ticker_1: "PIN",
    ticker_2: "NED",
    slope: null,
    intercept: null,
    adf_p_value: null,
    engle_granger_p_value: null,
    engle_granger_p_value_reversed: null,
    adjusted_p_value: null,
    half_life: null,
    ...unknownSizes,
    pinned: true,
    reason: "Not tested: no source of candidates proposes it.",
  }]),
  knownTable(walkForwardPairs, windows),
  knownTable(
    walkForwardWindows,
    [windows[0]!, windows[2]!].map((bounds) => ({
      window: bounds.window,
      formation_first_session: bounds.formation_first_session,
      formation_last_session: bounds.formation_last_session,
      trading_first_session: bounds.trading_first_session,
      trading_last_session: bounds.trading_last_session,
      complete: bounds.complete,
      trading_sessions: 20,
      tickers: 4,
      clusters: 1,
      pairs_tested: 55,
      pairs_accepted: 2,
      pairs_chosen: 2,
      settings: "{}",
    })),
  ),
  knownTable(pairTrades, reference),
  knownTable(pairMetrics, [{
    ticker_1: "KO",
    ticker_2: "PEP",
    first_session: pageSessions[0]!,
    last_session: pageSessions[89]!,
    total_return: 0.02,
    annualized_return: 0.056,
    max_drawdown: -0.011,
  }]),
  knownTable(walkForwardDaily, days),
  knownTable(walkForwardTrades, trades),
  knownTable(portfolioDaily, portfolio, portfolioMetadata),
  knownTable(strategyComparison, results),
  ...forecastPageAssets(pageSessions),
];
