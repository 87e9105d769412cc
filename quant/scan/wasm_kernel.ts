import { SCAN_WASM } from "./kernel/scan_wasm.ts";
import type { PairColumns } from "./pair_columns.ts";
import { constantLegs, noMeasures, type PairKernel, writePair } from "./pair_kernel.ts";
import type { PriceTable } from "./price_table.ts";
import type { ScanPlan } from "./scan_plan.ts";
import { typescriptKernel } from "./typescript_kernel.ts";

/** Exports of `kernel/scan.as`; addresses are bytes in its memory. */
interface ScanExports {
  readonly memory: WebAssembly.Memory;
  prepare(sessions: number, maxLag: number, windows: number, tickers: number): void;
  windowsAt(): number;
  lagWeightsAt(): number;
  pricesAt(): number;
  resultsAt(): number;
  measure(
    x0: number,
    y0: number,
    x1: number,
    y1: number,
    xSquare0: number,
    xSquare1: number,
    ySquare0: number,
    ySquare1: number,
    xLargest0: number,
    xLargest1: number,
    yLargest0: number,
    yLargest1: number,
  ): void;
}

/** Results of a call, each two doubles: one per lane. */
const RESULT = {
  slope: 0,
  careful: 1,
  statistic: 2,
  usedLag: 3,
  halfLife: 4,
  crossings: 5,
  rescaledRanges: 6,
} as const;

let compiled: WebAssembly.Module | null | undefined;

/** The compiled kernel, or `null` if this host has no WebAssembly SIMD. */
function scanModule(): WebAssembly.Module | null {
  if (compiled === undefined) {
    const bytes = Uint8Array.fromBase64(SCAN_WASM);
    compiled = typeof WebAssembly === "object" && WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  }
  return compiled;
}

/** Whether this host can run the WebAssembly kernel. */
export function hasWasmKernel(): boolean {
  return scanModule() !== null;
}

/**
 * The fast implementation: two pairs at a time in the lanes of a vector. Pairs whose moments are too ill-conditioned go to the
 * TypeScript kernel, which refines the spread and, if needed, orthogonalizes the regressors.
 *
 * @throws {Error} If this host has no WebAssembly SIMD.
 */
export function wasmKernel(table: PriceTable, plan: ScanPlan): PairKernel {
  const module = scanModule();
  if (module === null) {
    throw new Error('This host has no WebAssembly SIMD: use the implementation "auto" or "typescript".');
  }
  const kernel = new WebAssembly.Instance(module).exports as unknown as ScanExports;
  kernel.prepare(plan.sessions, plan.maxLag, plan.windows.length, table.tickers.length);
  const buffer = kernel.memory.buffer;
  new Int32Array(buffer, kernel.windowsAt(), plan.windows.length).set(plan.windows);
  new Float64Array(buffer, kernel.lagWeightsAt(), plan.lagWeights.length).set(plan.lagWeights);
  new Float64Array(buffer, kernel.pricesAt(), table.centred.length).set(table.centred);
  const results = new Float64Array(buffer, kernel.resultsAt(), 2 * (RESULT.rescaledRanges + plan.windows.length));
  // The careful mask is bits, not a number: all ones reads as NaN.
  const careful = new BigInt64Array(buffer, kernel.resultsAt() + 16 * RESULT.careful, 2);

  const fallback = typescriptKernel(table, plan);
  const measures = noMeasures(plan);

  function writeLane(columns: PairColumns, pair: number, lane: number): void {
    if (careful[lane] !== 0n) return fallback.measure(columns, pair, pair + 1);
    measures.slope = results[2 * RESULT.slope + lane]!;
    measures.adfStatistic = results[2 * RESULT.statistic + lane]!;
    measures.usedLag = results[2 * RESULT.usedLag + lane]!;
    measures.halfLife = results[2 * RESULT.halfLife + lane]!;
    measures.meanCrossings = results[2 * RESULT.crossings + lane]!;
    for (let k = 0; k < plan.windows.length; k++) {
      measures.rescaledRanges[k] = results[2 * (RESULT.rescaledRanges + k) + lane]!;
    }
    writePair(columns, pair, measures, table, plan);
  }

  function measureTwo(columns: PairColumns, pair0: number, pair1: number): void {
    const { sumsOfSquares, magnitudes } = table;
    const x0 = columns.first[pair0]!, y0 = columns.second[pair0]!;
    const x1 = columns.first[pair1]!, y1 = columns.second[pair1]!;
    kernel.measure(
      x0,
      y0,
      x1,
      y1,
      sumsOfSquares[x0]!,
      sumsOfSquares[x1]!,
      sumsOfSquares[y0]!,
      sumsOfSquares[y1]!,
      magnitudes[x0]!,
      magnitudes[x1]!,
      magnitudes[y0]!,
      magnitudes[y1]!,
    );
    writeLane(columns, pair0, 0);
    if (pair1 !== pair0) writeLane(columns, pair1, 1);
  }

  return {
    measure(columns, from, to) {
      let waiting = -1;
      for (let pair = from; pair < to; pair++) {
        if (constantLegs(columns, pair, table) !== 0) fallback.measure(columns, pair, pair + 1);
        else if (waiting < 0) waiting = pair;
        else {
          measureTwo(columns, waiting, pair);
          waiting = -1;
        }
      }
      if (waiting >= 0) measureTwo(columns, waiting, waiting);
    },
  };
}
