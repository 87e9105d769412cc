/**
 * Strategies and backtests: the original's, reproduced with its look-ahead, and the walk-forward without look-ahead.
 *
 * @module
 */
export type { LegBars } from "./leg_bars.ts";
export type { PairCosts, TradingCosts } from "./pair_account.ts";
export { PairFormations } from "./pair_formations.ts";
export type { ExitReason, PairTrade } from "./pair_position.ts";
export { type ExitRules, withExits } from "./exit_rules.ts";
export * from "./factor_residuals.ts";
export { forecastBand } from "./forecast_band.ts";
export { type ForecastEnsembleParameters } from "./forecast_ensemble.ts";
export { forecastTrend, type ForecastTrendParameters } from "./forecast_trend.ts";
export { distanceBands, johansenBands, totalLeastSquaresBands } from "./hedge_lines.ts";
export { kalmanHedge, type KalmanHedgeParameters, kalmanLikelihood } from "./kalman_hedge.ts";
export { optimalEntryZ, ouThresholds, type OuThresholdsParameters } from "./ou_thresholds.ts";
export * from "./reference_strategy.ts";
export {
  type RolledWindow,
  rolledWindows,
  type RollOptions,
  selectByWindow,
  type WindowSelection,
} from "./rolled_windows.ts";
export { type RollingTrendParameters, rollingTrendStrategy } from "./rolling_trend_strategy.ts";
export { sharedFits } from "./shared_fits.ts";
export type { Decision, FittedStrategy, Formation, Levels, Side, Strategy, StrategySignal } from "./strategy.ts";
export { defaultStrategyNames, strategyByName, type StrategyName, strategyNames } from "./strategy_by_name.ts";
export * from "./traditional_bands.ts";
export { walkForward, type WalkForwardOptions, type WalkForwardResult, type WindowRecord } from "./walk_forward.ts";
export type { WalkForwardDaily, WalkForwardSignal } from "./walk_forward_table.ts";
export type { Bands } from "./band_rule.ts";
export { zScoreBands } from "./z_score_bands.ts";
export * from "./look_ahead_guard.ts";
export { convergenceReturns, formationCovariance, type FormationRiskOptions, riskShares } from "./formation_risk.ts";
export type { ExposureLimit } from "./exposure_limit.ts";
export { type Weighting, weightings } from "./pair_shares.ts";
export { type PairPortfolio, pairPortfolio, type PairPortfolioOptions, type PortfolioPair } from "./pair_portfolio.ts";
export { type BenchmarkComparison, type TearSheet, tearSheet, type TearSheetInput } from "./tear_sheet.ts";
