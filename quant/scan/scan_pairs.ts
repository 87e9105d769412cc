import { checkCriteria, type PairCriteria } from "./pair_criteria.ts";
import { type PairColumns, pairColumns } from "./pair_columns.ts";
import { PairScan } from "./pair_scan.ts";
import { type PriceTable, tabulatePrices } from "./price_table.ts";
import { kernelOf, measureNextChunk, type ScanJob } from "./scan_job.ts";
import { runOnWorkers } from "./scan_workers.ts";
import { hasWasmKernel } from "./wasm_kernel.ts";

/** Pairs, criteria and execution of a scan. */
export interface ScanPairsOptions {
  /**
   * The pairs (x = regressor, y), in the order of the result; a ticker with itself is collinear. Default `"all"`: every pair of
   * the map's tickers, first < second in its key order.
   */
  pairs?: "all" | readonly (readonly [string, string])[];
  /** The bounds that an accepted pair meets. */
  criteria: PairCriteria;
  /** Whether to also run the Engle–Granger test in both orders; default false. No criterion uses it. */
  engleGranger?: boolean;
  /** Maximum number of workers, at least 1. Default: the machine's cores. Fewer or none run if more would not finish sooner. */
  workers?: number;
  /** Cancels the scan: the promise rejects with the signal's reason at once. */
  signal?: AbortSignal;
  /** Called about a hundred times with the number of finished and of all pairs; the last call has done = total. */
  onProgress?: (done: number, total: number) => void;
  /** `"auto"`, the default, uses WebAssembly if its SIMD is available, else TypeScript. Both give the same results. */
  implementation?: "auto" | "wasm" | "typescript";
}

/**
 * Start-up time that each worker adds, measured on two cores. In a worker of a worker the runtime waits for half a second before the
 * module runs, and again before the first message arrives (Deno 2.9).
 */
const WORKER_START_MS = { main: 25, worker: 1_000 };

/** Time per pair and session, measured at 250 to 2,500 sessions. */
const NANOSECONDS_PER_PAIR_AND_SESSION = { wasm: 20, typescript: 50, engleGranger: 100 };

/**
 * Number of pairs a worker takes at once: some milliseconds of work, so that progress is reported and workers finish at about the
 * same time.
 */
const CHUNK = 256;

/** Number of progress reports in a long scan. */
const PROGRESS_STEPS = 100;

/**
 * Computes every selection criterion for each pair of price series: the least-squares line of y on x, and of its spread the
 * augmented Dickey–Fuller test (constant, lag by AIC, MacKinnon's p-value; null hypothesis: the spread has a unit root, the pair
 * is not cointegrated), the Hurst exponent (R/S), the half-life of mean reversion (reference convention) and the number of mean
 * crossings. A pair is accepted if p < maxPValue, H < maxHurst, 0 < half-life < maxHalfLife and crossings > minCrossings.
 *
 * The result of a pair depends on its two series alone: it is the same to the bit for other pairs or orders, any number of
 * workers and either implementation. A constant leg or collinear legs (residuals within the rounding of the prices, or below
 * 1e-10 of y's deviation) have no spread: their statistics are `null`, they are rejected and `failedCriteria` has `legs`. A
 * spread whose Dickey–Fuller regression is singular has no p-value, and one without a range or deviation in every window of some
 * length has no Hurst exponent: these are `null` and their criteria fail with that reason.
 *
 * With `engleGranger` the residual of the cointegrating line is tested too, with either leg as the dependent one: within 1e-9 of
 * `engleGranger`, in a twentieth of its time.
 *
 * Memory: 8 bytes per price once and again in each worker, 61 bytes per pair, 77 with the Engle–Granger test; nothing else grows with
 * the number of pairs. Workers need permission to read this module's folder; without it the scan runs on the calling thread,
 * pausing between chunks.
 *
 * @param prices Series by ticker, oldest first, aligned, all of the same length n ≥ 100, finite. Series in no pair are ignored.
 * @throws {RangeError} If a series in a pair has fewer than 100 values, another length than the first, or NaN or ±Infinity in it
 *   (the message names the ticker); if a pair names an unknown ticker; if a criterion is not a number or `workers` not a positive
 *   integer.
 * @throws The reason of `signal`, when it aborts.
 *
 * @example
 * ```ts
 * import { scanPairs } from "./scan_pairs.ts";
 *
 * const gold = Float64Array.from({ length: 250 }, (_, t) => 150 + t / 5 + Math.sin(t * t));
 * const miners = gold.map((price, t) => 0.2 * price + Math.cos(t * t * t));
 * const scan = await scanPairs(new Map([["GLD", gold], ["GDX", miners]]), {
 *   criteria: { maxPValue: 0.05, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 12 },
 * });
 * console.log(scan.tested, scan.accepted.map((pair) => [pair.ticker_1, pair.ticker_2, pair.halfLife]));
 * ```
 *
 * Source: Dickey & Fuller (1979), Schwert (1989) for the largest lag, MacKinnon (1994, 2010), Hurst (1951).
 * Verified: tests/quant/scan/fixtures/scan_pairs.json. Cost: O(pairs · n · n^¼).
 */
export async function scanPairs(
  prices: ReadonlyMap<string, Float64Array>,
  options: ScanPairsOptions,
): Promise<PairScan> {
  const { pairs = "all", engleGranger = false, signal, onProgress } = options;
  const criteria = checkCriteria(options.criteria);
  const workers = options.workers ?? navigator.hardwareConcurrency;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`A scan needs a positive whole number of workers, got ${workers}.`);
  }
  signal?.throwIfAborted();

  const { table, columns } = pairs === "all"
    ? everyPair(prices, engleGranger)
    : listedPairs(prices, pairs, engleGranger);
  const total = columns.defect.length;
  const implementation =
    options.implementation === "typescript" || (options.implementation !== "wasm" && !hasWasmKernel())
      ? "typescript"
      : "wasm";
  const job: ScanJob = { table, columns, implementation, chunk: CHUNK, next: new Int32Array(new SharedArrayBuffer(4)) };
  const measured = progressOf(total, onProgress);

  const needed = workersWorthStarting(
    total * table.sessions *
      (NANOSECONDS_PER_PAIR_AND_SESSION[implementation] +
        (engleGranger ? NANOSECONDS_PER_PAIR_AND_SESSION.engleGranger : 0)),
    workers,
  );
  const ran = needed > 0 && await runOnWorkers(job, { workers: needed, signal, onMeasured: measured });
  if (!ran) await runHere(job, signal, measured);
  return new PairScan({ tickers: table.tickers, columns, criteria, implementation, workers: ran ? needed : 0 });
}

/**
 * The number of workers that finishes soonest, 0 for the calling thread alone. With w workers the time is w starts plus a w-th of
 * the work, smallest at the square root of work over start; a single worker would only add its start.
 */
function workersWorthStarting(workNanoseconds: number, most: number): number {
  const startMs = "WorkerGlobalScope" in globalThis ? WORKER_START_MS.worker : WORKER_START_MS.main;
  const best = Math.floor(Math.sqrt(workNanoseconds / 1e6 / startMs));
  const needed = Math.min(best, most);
  return needed < 2 ? 0 : needed;
}

/** Every pair of the map's tickers, first < second. */
function everyPair(
  prices: ReadonlyMap<string, Float64Array>,
  engleGranger: boolean,
): { table: PriceTable; columns: PairColumns } {
  const table = tabulatePrices(prices);
  const count = table.tickers.length;
  const columns = pairColumns(count * (count - 1) / 2, engleGranger);
  let pair = 0;
  for (let first = 0; first < count; first++) {
    for (let second = first + 1; second < count; second++) {
      columns.first[pair] = first;
      columns.second[pair] = second;
      pair++;
    }
  }
  return { table, columns };
}

/** The given pairs, with a table of their tickers. */
function listedPairs(
  prices: ReadonlyMap<string, Float64Array>,
  pairs: readonly (readonly [string, string])[],
  engleGranger: boolean,
): { table: PriceTable; columns: PairColumns } {
  const used = new Map<string, Float64Array>();
  const positions = new Map<string, number>();
  const positionOf = (ticker: string): number => {
    const known = positions.get(ticker);
    if (known !== undefined) return known;
    const series = prices.get(ticker);
    if (series === undefined) throw new RangeError(`A pair names ${ticker}, of which there are no prices.`);
    positions.set(ticker, used.size);
    used.set(ticker, series);
    return used.size - 1;
  };
  const columns = pairColumns(pairs.length, engleGranger);
  pairs.forEach(([first, second], pair) => {
    columns.first[pair] = positionOf(first);
    columns.second[pair] = positionOf(second);
  });
  return { table: tabulatePrices(used), columns };
}

/** Runs a job on the calling thread, yielding between chunks. */
async function runHere(
  job: ScanJob,
  signal: AbortSignal | undefined,
  onMeasured: (pairs: number) => void,
): Promise<void> {
  if (job.columns.defect.length === 0) return;
  const kernel = kernelOf(job);
  for (let pairs = measureNextChunk(job, kernel); pairs > 0; pairs = measureNextChunk(job, kernel)) {
    onMeasured(pairs);
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
  }
}

/** Counts pairs and reports progress after each further hundredth. */
function progressOf(total: number, onProgress: ScanPairsOptions["onProgress"]): (pairs: number) => void {
  let done = 0;
  let reported = 0;
  return (pairs) => {
    done += pairs;
    if (done < total && (done - reported) * PROGRESS_STEPS < total) return;
    reported = done;
    onProgress?.(done, total);
  };
}
