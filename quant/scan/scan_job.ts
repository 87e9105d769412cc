import type { PairColumns } from "./pair_columns.ts";
import type { PairKernel } from "./pair_kernel.ts";
import type { PriceTable } from "./price_table.ts";
import { planScan, type ScanPlan } from "./scan_plan.ts";
import { typescriptKernel } from "./typescript_kernel.ts";
import { wasmKernel } from "./wasm_kernel.ts";
import { COLLINEAR_SHARE, engleGranger } from "../engle_granger.ts";
import { mackinnonPValue } from "../mackinnon.ts";
import { dickeyFullerFromMoments, laggedProducts, momentScratch } from "./dickey_fuller_moments.ts";
import { fitSpread, type Leg, legAt } from "./spread.ts";

/** Input of a worker, in shared memory. */
export interface ScanJob {
  readonly table: PriceTable;
  readonly columns: PairColumns;
  readonly implementation: "wasm" | "typescript";
  /** Number of pairs taken at once. */
  readonly chunk: number;
  /** First entry: the next pair that no worker has taken. */
  readonly next: Int32Array<SharedArrayBuffer>;
}

/** Report of a worker. */
export type ScanReport = { kind: "ready" } | { kind: "measured"; pairs: number } | { kind: "finished" } | {
  kind: "failed";
  error: unknown;
};

/** The kernel of a job: the statistics of the spread, and the Engle–Granger test if its columns have entries. */
export function kernelOf({ table, columns, implementation }: ScanJob): PairKernel {
  const plan = planScan(table.sessions);
  const spreads = implementation === "wasm" ? wasmKernel(table, plan) : typescriptKernel(table, plan);
  if (columns.engleGranger.length === 0) return spreads;
  const residuals = residualTestKernel(table, plan);
  return {
    measure(columns, from, to) {
      spreads.measure(columns, from, to);
      residuals.measure(columns, from, to);
    },
  };
}

/** Takes the next chunk and measures it; returns the number of pairs measured, 0 if none is left. */
export function measureNextChunk(job: ScanJob, kernel: PairKernel): number {
  const total = job.columns.defect.length;
  const from = Atomics.add(job.next, 0, job.chunk);
  if (from >= total) return 0;
  const to = Math.min(from + job.chunk, total);
  kernel.measure(job.columns, from, to);
  return to - from;
}

/**
 * The Engle–Granger test of each pair in both orders, from moments as in the kernels of the spread, but without a constant and
 * with p-values for the residual of an estimated line. Falls back to `engleGranger` if the moments have too few digits.
 *
 * Pairs without a spread have NaN: a constant leg, legs that are collinear up to rounding (the p-value of 0 that `engleGranger`
 * gives them is not evidence), or a residual whose regression is singular.
 */
function residualTestKernel(table: PriceTable, plan: ScanPlan): PairKernel {
  const { sessions, maxLag } = plan;
  const residual = new Float64Array(sessions);
  const differences = new Float64Array(sessions);
  const moments = momentScratch(plan);

  function pValueOf(x: Leg, y: Leg): number {
    if (x.sumOfSquares === 0 || y.sumOfSquares === 0) return NaN;
    fitSpread(x, y, residual);
    let squares = 0;
    for (let t = 0; t < sessions; t++) squares += residual[t]! * residual[t]!;
    if (squares <= COLLINEAR_SHARE * y.sumOfSquares) return NaN;

    for (let t = 1; t < sessions; t++) differences[t] = residual[t]! - residual[t - 1]!;
    let square = 0;
    for (let t = maxLag; t < sessions - 1; t++) square += residual[t]! * residual[t]!;
    laggedProducts(differences, maxLag, moments.crossProducts);
    const test = dickeyFullerFromMoments(residual, differences, { sum: 0, square }, plan, moments, "n");
    return test ? mackinnonPValue(test.statistic, { regression: "c", variables: 2 }) : orthogonalPValue(x, y);
  }

  return {
    measure(columns, from, to) {
      for (let pair = from; pair < to; pair++) {
        const first = legAt(table, columns.first[pair]!);
        const second = legAt(table, columns.second[pair]!);
        columns.engleGranger[pair] = pValueOf(first, second);
        columns.engleGrangerReversed[pair] = pValueOf(second, first);
      }
    },
  };
}

/** Orthogonalizes the regressors themselves, for the few residuals whose moments lose too many digits. */
function orthogonalPValue(x: Leg, y: Leg): number {
  try {
    const { statistic, pValue } = engleGranger(y.centred, x.centred);
    return statistic === -Infinity ? NaN : pValue;
  } catch (error) {
    // The residual follows its regression exactly, which is singular.
    if (error instanceof RangeError) return NaN;
    throw error;
  }
}
