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
export {
  alignCloses,
  type CleaningRule,
  type CleanPrices,
  cleanPrices,
  type CleanPricesOptions,
  type DroppedTicker,
  type LongCloses,
  type PriceMatrix,
} from "./price_matrix.ts";
export { type ReturnMatrix, returnMatrix, simpleReturns } from "./returns.ts";
export { optics, type OpticsOptions, type OpticsResult } from "./optics.ts";
export { type PrincipalComponents, principalComponents } from "./principal_components.ts";
export { type ColumnScale, columnScale, standardize } from "./standardize.ts";
export { type FailedCriterion, type PairCriteria, type PairCriterion } from "./scan/pair_criteria.ts";
export { type JudgedColumns, PairScan, type PairStatistics } from "./scan/pair_scan.ts";
export { scanPairs, type ScanPairsOptions } from "./scan/scan_pairs.ts";
export * from "./indicators/mod.ts";
