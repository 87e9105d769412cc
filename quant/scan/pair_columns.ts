import { sharedFloats } from "./price_table.ts";

/** Reasons why a pair has no statistics, or none of one test; one bit each. */
export const DEFECT = { constantFirst: 1, constantSecond: 2, collinear: 4, noStatistic: 8, noHurst: 16 } as const;

/**
 * The results of a scan, one entry per pair in the order of the pairs, in memory that workers share: about 61 bytes per pair, 77 with
 * the Engle–Granger test, a tenth of the size of objects. Undefined statistics are NaN in the float columns and −1 in the integer
 * columns; `defect` has the reason.
 */
export interface PairColumns {
  /** Index of ticker_1, the regressor, in the scan's tickers. */
  readonly first: Uint32Array<SharedArrayBuffer>;
  /** Index of ticker_2, the dependent leg. */
  readonly second: Uint32Array<SharedArrayBuffer>;
  /** Hedge ratio: the least-squares slope of ticker_2 on ticker_1. */
  readonly slope: Float64Array<SharedArrayBuffer>;
  /** Constant of that line. */
  readonly intercept: Float64Array<SharedArrayBuffer>;
  /** Dickey–Fuller statistic of the spread. */
  readonly adfStatistic: Float64Array<SharedArrayBuffer>;
  /** MacKinnon's p-value of that statistic. */
  readonly adfPValue: Float64Array<SharedArrayBuffer>;
  /** Lag chosen by AIC. */
  readonly usedLag: Int32Array<SharedArrayBuffer>;
  /** Hurst exponent of the spread. */
  readonly hurst: Float64Array<SharedArrayBuffer>;
  /** Half-life in sessions, negative if the spread does not revert. */
  readonly halfLife: Float64Array<SharedArrayBuffer>;
  /** Crossings of the spread's mean. */
  readonly meanCrossings: Int32Array<SharedArrayBuffer>;
  /** Engle–Granger p-value with ticker_2 as the dependent leg; empty if the scan did not include the test. */
  readonly engleGranger: Float64Array<SharedArrayBuffer>;
  /** The same with ticker_1 as the dependent leg. */
  readonly engleGrangerReversed: Float64Array<SharedArrayBuffer>;
  /** Bits of `DEFECT`; 0 if every statistic is defined. */
  readonly defect: Uint8Array<SharedArrayBuffer>;
}

/** Empty columns for `pairs` pairs; those of the Engle–Granger test only with `engleGranger`. */
export function pairColumns(pairs: number, engleGranger = false): PairColumns {
  return {
    first: new Uint32Array(new SharedArrayBuffer(4 * pairs)),
    second: new Uint32Array(new SharedArrayBuffer(4 * pairs)),
    slope: sharedFloats(pairs),
    intercept: sharedFloats(pairs),
    adfStatistic: sharedFloats(pairs),
    adfPValue: sharedFloats(pairs),
    usedLag: new Int32Array(new SharedArrayBuffer(4 * pairs)),
    hurst: sharedFloats(pairs),
    halfLife: sharedFloats(pairs),
    meanCrossings: new Int32Array(new SharedArrayBuffer(4 * pairs)),
    engleGranger: sharedFloats(engleGranger ? pairs : 0),
    engleGrangerReversed: sharedFloats(engleGranger ? pairs : 0),
    defect: new Uint8Array(new SharedArrayBuffer(pairs)),
  };
}
