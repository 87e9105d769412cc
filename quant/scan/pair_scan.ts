import { FAILED, type FailedCriterion, type PairCriteria } from "./pair_criteria.ts";
import { DEFECT, type PairColumns } from "./pair_columns.ts";

/** The statistics of one pair. Undefined ones are `null`; `failedCriteria` has the reason. */
export interface PairStatistics {
  /** The regressor x. */
  readonly ticker_1: string;
  /** The dependent leg y; the spread is y − (slope·x + intercept). */
  readonly ticker_2: string;
  /** Units of ticker_1 per unit of ticker_2, by least squares: the hedge ratio. */
  readonly slope: number | null;
  /** Constant of that line, in the currency of the prices. */
  readonly intercept: number | null;
  /** t-value of the lagged level in the augmented Dickey–Fuller regression of the spread, constant only. */
  readonly adfStatistic: number | null;
  /** MacKinnon's p-value for an observed series; the spread is estimated, so it is too small (see `engleGranger`). */
  readonly adfPValue: number | null;
  /** Lag chosen by AIC. */
  readonly usedLag: number | null;
  /** Hurst exponent of the spread's levels by rescaled range. */
  readonly hurst: number | null;
  /** Sessions, by the reference convention; negative if the spread does not revert. */
  readonly halfLife: number | null;
  /** Crossings of the spread's mean. */
  readonly meanCrossings: number | null;
  /**
   * MacKinnon's p-value of the Engle–Granger test of ticker_2 on ticker_1; `null` if the scan did not include it, the legs are
   * collinear or the residual's regression is singular.
   */
  readonly engleGrangerPValue: number | null;
  /** The same test of ticker_1 on ticker_2. */
  readonly engleGrangerPValueReversed: number | null;
  /** Whether every criterion is met. */
  readonly accepted: boolean;
  /** Each failed criterion with its reason; empty if and only if `accepted`. */
  readonly failedCriteria: readonly FailedCriterion[];
}

/** The columns of a scan, with the result for each pair. */
export interface JudgedColumns extends PairColumns {
  /** Bits of `FAILED`; 0 if the pair is accepted. */
  readonly failed: Uint8Array;
}

/**
 * The result of a scan: columns of numbers for as many pairs as fit in memory, and rows made from them on demand.
 *
 * @example
 * ```ts
 * import { scanPairs } from "./scan_pairs.ts";
 *
 * const x = Float64Array.from({ length: 250 }, (_, t) => 100 + t / 5 + Math.sin(t * t));
 * const y = x.map((price, t) => 2 * price + Math.cos(t * t * t));
 * const criteria = { maxPValue: 0.05, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 12 };
 * const scan = await scanPairs(new Map([["X", x], ["Y", y]]), { criteria });
 * for (const pair of scan) if (pair.accepted) console.log(pair.ticker_1, pair.ticker_2, pair.halfLife);
 * scan.columns.adfPValue; // Float64Array, one entry per pair, NaN where undefined
 * ```
 */
export class PairScan implements Iterable<PairStatistics> {
  /** Tickers that `columns.first` and `columns.second` refer to. */
  readonly tickers: readonly string[];
  /** One entry per pair, in the order of the pairs given, or first < second in the order of the price map. */
  readonly columns: JudgedColumns;
  /** The bounds by which pairs were accepted. */
  readonly criteria: Readonly<PairCriteria>;
  /** The implementation that ran. Both give the same results. */
  readonly implementation: "wasm" | "typescript";
  /** Number of workers that ran; 0 if the calling thread alone was faster or none could be started. */
  readonly workers: number;

  /** Evaluates the criteria on the columns. Scans come from `scanPairs`. */
  constructor(
    scan: {
      tickers: readonly string[];
      columns: PairColumns;
      criteria: PairCriteria;
      implementation: "wasm" | "typescript";
      workers: number;
    },
  ) {
    this.tickers = scan.tickers;
    this.columns = { ...scan.columns, failed: judge(scan.columns, scan.criteria) };
    this.criteria = scan.criteria;
    this.implementation = scan.implementation;
    this.workers = scan.workers;
  }

  /** Number of pairs. */
  get length(): number {
    return this.columns.failed.length;
  }

  /** Number of pairs tested: the trials for a deflated Sharpe ratio or a false-discovery rate. */
  get tested(): number {
    return this.length;
  }

  /** The pairs accepted, in order. */
  get accepted(): PairStatistics[] {
    const rows: PairStatistics[] = [];
    this.columns.failed.forEach((failed, pair) => {
      if (failed === 0) rows.push(this.at(pair));
    });
    return rows;
  }

  /** Every pair as an object, in order. Takes some 500 bytes per pair: iterate over the scan or read `columns` of a large scan. */
  get pairs(): PairStatistics[] {
    return [...this];
  }

  /**
   * The pair at a position.
   *
   * @throws {RangeError} If there is no such position.
   */
  at(pair: number): PairStatistics {
    if (!Number.isInteger(pair) || pair < 0 || pair >= this.length) {
      throw new RangeError(`There is no pair ${pair}: the scan holds ${this.length}.`);
    }
    const columns = this.columns;
    return {
      ticker_1: this.tickers[columns.first[pair]!]!,
      ticker_2: this.tickers[columns.second[pair]!]!,
      slope: defined(columns.slope[pair]!),
      intercept: defined(columns.intercept[pair]!),
      adfStatistic: defined(columns.adfStatistic[pair]!),
      adfPValue: defined(columns.adfPValue[pair]!),
      usedLag: columns.usedLag[pair]! < 0 ? null : columns.usedLag[pair]!,
      hurst: defined(columns.hurst[pair]!),
      halfLife: defined(columns.halfLife[pair]!),
      meanCrossings: columns.meanCrossings[pair]! < 0 ? null : columns.meanCrossings[pair]!,
      engleGrangerPValue: defined(columns.engleGranger[pair] ?? NaN),
      engleGrangerPValueReversed: defined(columns.engleGrangerReversed[pair] ?? NaN),
      accepted: columns.failed[pair] === 0,
      failedCriteria: this.#reasons(pair),
    };
  }

  /** Every pair in order, one object at a time. */
  *[Symbol.iterator](): Iterator<PairStatistics> {
    for (let pair = 0; pair < this.length; pair++) yield this.at(pair);
  }

  #reasons(pair: number): FailedCriterion[] {
    const { columns, criteria } = this;
    const failed = columns.failed[pair]!;
    const defect = columns.defect[pair]!;
    const first = this.tickers[columns.first[pair]!]!;
    const second = this.tickers[columns.second[pair]!]!;
    const reasons: FailedCriterion[] = [];
    if (failed & FAILED.legs) {
      const constant = [defect & DEFECT.constantFirst ? first : "", defect & DEFECT.constantSecond ? second : ""];
      reasons.push({
        criterion: "legs",
        reason: defect & DEFECT.collinear
          ? `${first} and ${second} are collinear: there is no spread.`
          : `${constant.filter((ticker) => ticker !== "").join(" and ")} is constant: there is no spread.`,
      });
      return reasons;
    }
    if (failed & FAILED.adfPValue) {
      reasons.push({
        criterion: "adfPValue",
        reason: defect & DEFECT.noStatistic
          ? "The Dickey–Fuller regression of the spread is singular: there is no p-value."
          : `p-value ${columns.adfPValue[pair]} is not below ${criteria.maxPValue}.`,
      });
    }
    if (failed & FAILED.hurst) {
      reasons.push({
        criterion: "hurst",
        reason: defect & DEFECT.noHurst
          ? "Every window of some length has no range or no deviation: there is no Hurst exponent."
          : `Hurst exponent ${columns.hurst[pair]} is not below ${criteria.maxHurst}.`,
      });
    }
    if (failed & FAILED.halfLife) {
      const halfLife = columns.halfLife[pair]!;
      reasons.push({
        criterion: "halfLife",
        reason: halfLife > 0
          ? `Half-life ${halfLife} is not below ${criteria.maxHalfLife} sessions.`
          : `Half-life ${halfLife} is not above 0: the spread does not revert.`,
      });
    }
    if (failed & FAILED.meanCrossings) {
      reasons.push({
        criterion: "meanCrossings",
        reason: `${columns.meanCrossings[pair]} mean crossings are not above ${criteria.minCrossings}.`,
      });
    }
    return reasons;
  }
}

function defined(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** The bits of `FAILED` for every pair. NaN fails every criterion. */
function judge(columns: PairColumns, criteria: PairCriteria): Uint8Array {
  const noSpread = DEFECT.constantFirst | DEFECT.constantSecond | DEFECT.collinear;
  const failed = new Uint8Array(columns.defect.length);
  for (let pair = 0; pair < failed.length; pair++) {
    const halfLife = columns.halfLife[pair]!;
    failed[pair] = columns.defect[pair]! & noSpread
      ? FAILED.legs
      : (columns.adfPValue[pair]! < criteria.maxPValue ? 0 : FAILED.adfPValue) |
        (columns.hurst[pair]! < criteria.maxHurst ? 0 : FAILED.hurst) |
        (halfLife > 0 && halfLife < criteria.maxHalfLife ? 0 : FAILED.halfLife) |
        (columns.meanCrossings[pair]! > criteria.minCrossings ? 0 : FAILED.meanCrossings);
  }
  return failed;
}
