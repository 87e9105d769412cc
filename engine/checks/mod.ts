/** Checks of rows before publication. @module */
export { CheckRecord, type CheckResultQuery, checkResults, CheckState, checkStates } from "./check_results.ts";
export {
  type Check,
  check,
  type CheckedRows,
  type CheckOptions,
  type CheckOutcome,
  type ColumnsAndOptions,
  type NamedCheckOptions,
  type PastVersion,
} from "../declare/check.ts";
export { FailedCheck, failedChecks, failingRowText } from "./failed_checks.ts";
export { CheckRun } from "./standalone_checks.ts";
export { median } from "./median.ts";
export * from "./price_checks.ts";
export { everyRow, notEmpty, notNull, unique } from "./row_checks.ts";
export { rowCountBand, type RowCountBandOptions } from "./row_count_band.ts";
export { noGaps, type NoGapsOptions, sessionComplete, type SessionCompleteOptions } from "./series_checks.ts";
