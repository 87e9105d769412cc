/**
 * The mathematics of pairs trading as pure functions on typed arrays: no I/O, no clock, no state.
 *
 * @module
 */
export {
  type CriticalValues,
  type DeterministicTerms,
  mackinnonCriticalValues,
  type MackinnonOptions,
  mackinnonPValue,
} from "./mackinnon.ts";
export { normalCdf } from "./normal_distribution.ts";
export { type LinearRegression, linearRegression, regressCentred } from "./linear_regression.ts";
export { type TotalLeastSquares, totalLeastSquares } from "./total_least_squares.ts";
export { adfuller, type AdfullerOptions, type AdfullerResult } from "./adfuller.ts";
export { engleGranger, type EngleGrangerOptions, type EngleGrangerResult } from "./engle_granger.ts";
export { type EngleGrangerBothOrders, engleGrangerBothOrders } from "./engle_granger_both_orders.ts";
export { johansen, type JohansenOptions, type JohansenResult } from "./johansen.ts";
export { hurstExponent } from "./hurst_exponent.ts";
export { halfLife, type HalfLifeOptions } from "./half_life.ts";
export { meanCrossings } from "./mean_crossings.ts";
export * from "./rolling_trend.ts";
export { type KalmanHedgeRatio, kalmanHedgeRatio, type KalmanHedgeRatioOptions } from "./kalman_hedge_ratio.ts";
export { type OrnsteinUhlenbeck, ornsteinUhlenbeck, type OrnsteinUhlenbeckOptions } from "./ornstein_uhlenbeck.ts";
export { autocorrelation, whiteNoiseBound } from "./autocorrelation.ts";
export { type Histogram, histogram } from "./histogram.ts";
export { correlationMatrix } from "./correlation_matrix.ts";
export { leafOrder } from "./leaf_order.ts";
export { rollingZScore, type RollingZScoreOptions } from "./rolling_z_score.ts";
export { falseDiscoveryRate, type FalseDiscoveryRateOptions } from "./false_discovery_rate.ts";
export {
  alignCloses,
  type CleaningRule,
  type CleanPrices,
  cleanPrices,
  type CleanPricesOptions,
  type CloseSpan,
  closeSpan,
  type DroppedTicker,
  fillGaps,
  type LongCloses,
  type PriceMatrix,
  reasonToDrop,
} from "./price_matrix.ts";
export { type ReturnMatrix, returnMatrix, simpleReturns } from "./returns.ts";
export { totalReturnPrices } from "./total_return_prices.ts";
export { optics, type OpticsOptions, type OpticsResult } from "./optics.ts";
export { type PrincipalComponents, principalComponents } from "./principal_components.ts";
export { type ColumnScale, columnScale, standardize } from "./standardize.ts";
export { fewestMappedPoints, tSne, type TSneOptions } from "./t_sne.ts";
export { type PairColumns } from "./scan/pair_columns.ts";
export { type FailedCriterion, type PairCriteria, type PairCriterion } from "./scan/pair_criteria.ts";
export { type JudgedColumns, PairScan, type PairStatistics } from "./scan/pair_scan.ts";
export { scanPairs, type ScanPairsOptions } from "./scan/scan_pairs.ts";
export * from "./indicators/mod.ts";
export * from "./backtest/mod.ts";
export { normalQuantile } from "./normal_quantile.ts";
export * from "./performance/mod.ts";
export * from "./forecast/mod.ts";
export { uniformRandom } from "./uniform_random.ts";
export * from "./uncertainty/mod.ts";
export * from "./candidates/mod.ts";
export * from "./tradability/mod.ts";
export { type KalmanNoise, kalmanNoise } from "./kalman_noise.ts";
export { type Eigenportfolios, eigenportfolios } from "./eigenportfolios.ts";
export { type ResidualScore, residualScore } from "./residual_score.ts";
export * from "./weights/mod.ts";
