/**
 * Speed of the pair scan: every pair of three universes, by both implementations, on one worker and on one per core, compared
 * with statsmodels if installed.
 *
 *     deno run -A bench/scan.ts [--runs 3]
 *
 * Prices are read from the folder TANDEM_SHARED (default ../shared beside the repository); without it they are generated random
 * walks of the same shapes, and the table says so. PYTHON names the interpreter for the reference, default python3.
 *
 * Times are wall-clock, worker start included; the fastest of `--runs` runs is shown, after one that is not counted. "CPU µs" is
 * the CPU time of all threads per pair in that run: other programs on the machine do not increase it.
 *
 * @module
 */
import { cleanPrices, type PairScan, type PriceMatrix, scanPairs } from "../quant/mod.ts";
import { pseudoRandom } from "../tests/support/pseudo_random.ts";
import { sharedFolder } from "../tests/support/shared_folder.ts";
import { readWideCloses } from "../tests/support/wide_closes.ts";
import { askPython } from "./python.ts";
import { cpuSeconds } from "./measured.ts";

interface Universe {
  name: string;
  prices: Map<string, Float64Array>;
}

interface Measurement {
  universe: Universe;
  implementation: "wasm" | "typescript";
  workers: number;
  seconds: number;
  /** CPU time of all threads in the fastest run, which other work on the machine does not increase. */
  processorSeconds: number;
  peakMegabytes: number;
  scan: PairScan;
}

/** The service's criteria. They do not affect the time: every statistic is computed for every pair. */
const CRITERIA = { maxPValue: 0.05, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 12 };

/** Number of pairs given to the reference: enough for a stable mean, few enough for a minute. */
const REFERENCE_PAIRS = 100;

const runs = Number(Deno.args[Deno.args.indexOf("--runs") + 1] ?? 3) || 3;
const cores = navigator.hardwareConcurrency;
const shared = sharedFolder();
const universes = shared === null ? generatedUniverses() : await realUniverses(shared);

console.log(
  `Deno ${Deno.version.deno}, ${cores} cores, ${
    shared === null ? "GENERATED prices (no shared folder)" : "real prices"
  }`,
);
const measurements: Measurement[] = [];
for (const universe of universes) {
  for (const implementation of ["wasm", "typescript"] as const) {
    for (const workers of cores > 1 ? [1, cores] : [1]) {
      measurements.push(await measure(universe, implementation, workers));
    }
  }
}
printTable(measurements);
await printReference(measurements);

async function measure(
  universe: Universe,
  implementation: "wasm" | "typescript",
  workers: number,
): Promise<Measurement> {
  let best = Infinity;
  let processor = Infinity;
  let peak = 0;
  let scan: PairScan | null = null;
  for (let run = 0; run <= runs; run++) {
    const start = performance.now();
    const before = cpuSeconds();
    scan = await scanPairs(universe.prices, {
      criteria: CRITERIA,
      implementation,
      workers,
      onProgress: () => peak = Math.max(peak, Deno.memoryUsage().rss),
    });
    const seconds = (performance.now() - start) / 1000;
    if (run > 0 && seconds < best) {
      best = seconds;
      processor = cpuSeconds() - before;
    }
  }
  return {
    universe,
    implementation,
    workers,
    seconds: best,
    processorSeconds: processor,
    peakMegabytes: peak / 2 ** 20,
    scan: scan!,
  };
}

function printTable(rows: Measurement[]): void {
  console.log(
    "\nuniverse                     pairs  sessions  implementation  workers  seconds  µs/pair  CPU µs  pairs/s  × 1 worker  peak MB",
  );
  for (const row of rows) {
    const alone = rows.find((other) =>
      other.universe === row.universe && other.implementation === row.implementation && other.workers === 1
    )!;
    const pairs = row.scan.length;
    console.log([
      row.universe.name.padEnd(26),
      String(pairs).padStart(7),
      String(sessionsOf(row.universe)).padStart(9),
      row.implementation.padEnd(14).padStart(16),
      String(row.workers).padStart(6),
      row.seconds.toFixed(2).padStart(9),
      (row.seconds * 1e6 / pairs).toFixed(2).padStart(8),
      (row.processorSeconds * 1e6 / pairs).toFixed(2).padStart(8),
      Math.round(pairs / row.seconds).toLocaleString("en").padStart(9),
      (alone.seconds / row.seconds).toFixed(2).padStart(10),
      row.peakMegabytes.toFixed(0).padStart(9),
    ].join(""));
  }
}

/** Runs the reference on some pairs of the first universe; prints both times, and the largest differences of the statistics. */
async function printReference(rows: Measurement[]): Promise<void> {
  const fastest = rows.find((row) => row.implementation === "wasm" && row.workers === 1)!;
  const { universe, scan } = fastest;
  const step = Math.max(1, Math.floor(scan.length / REFERENCE_PAIRS));
  const sample = Array.from({ length: Math.min(REFERENCE_PAIRS, scan.length) }, (_, i) => scan.at(i * step));
  const request = {
    prices: Object.fromEntries([...universe.prices].map(([ticker, closes]) => [ticker, Array.from(closes)])),
    pairs: sample.map((pair) => [pair.ticker_1, pair.ticker_2]),
  };
  const answer = await askPython<ReferenceAnswer>("./scan_reference.py", request, {
    imports: "hurst, scipy.stats, statsmodels.api, statsmodels.tsa.stattools",
    needs: "statsmodels and hurst",
  });
  if (answer === null) return;

  const worst = { statistic: 0, pValue: 0, hurst: 0, halfLife: 0, other: 0 };
  answer.rows.forEach((row, i) => {
    const pair = sample[i]!;
    worst.statistic = Math.max(worst.statistic, Math.abs(pair.adfStatistic! - row.adfStatistic));
    worst.pValue = Math.max(worst.pValue, Math.abs(pair.adfPValue! - row.adfPValue));
    worst.hurst = Math.max(worst.hurst, Math.abs(pair.hurst! / row.hurst - 1));
    worst.halfLife = Math.max(worst.halfLife, Math.abs(pair.halfLife! / row.halfLife - 1));
    if (pair.usedLag !== row.usedLag || pair.meanCrossings !== row.meanCrossings) worst.other++;
  });
  const reference = answer.seconds / sample.length;
  console.log(
    `\n${answer.versions}: ${sample.length} of these pairs, one core, ${(reference * 1e3).toFixed(2)} ms a pair`,
  );
  for (const row of rows.filter((other) => other.universe === universe)) {
    const ratio = reference / (row.seconds / row.scan.length);
    console.log(
      `  ${row.implementation.padEnd(11)} ${row.workers} worker(s): ${
        Math.round(ratio).toLocaleString("en")
      } times as fast`,
    );
  }
  console.log(
    `  largest differences: statistic ${worst.statistic.toExponential(1)}, p-value ${worst.pValue.toExponential(1)}, ` +
      `Hurst ${worst.hurst.toExponential(1)} and half-life ${worst.halfLife.toExponential(1)} relative, ` +
      `other lag or crossings in ${worst.other} pairs`,
  );
}

interface ReferenceAnswer {
  versions: string;
  seconds: number;
  rows: {
    adfStatistic: number;
    adfPValue: number;
    usedLag: number;
    hurst: number;
    halfLife: number;
    meanCrossings: number;
  }[];
}

async function realUniverses(folder: string): Promise<Universe[]> {
  const etfs = readWideCloses(`${folder}/market/nasdaq_etf_closes_2019_2022.csv`);
  return [
    { name: "ETFs, complete", prices: pricesOf(cleanPrices(etfs, { rule: "research" }).matrix) },
    { name: "ETFs, all, padded", prices: pricesOf(padded(etfs)) },
    { name: "S&P 500, complete", prices: await completeStocks(`${folder}/market/sp500_daily_2017_2021.csv.gz`) },
  ];
}

/**
 * Every column without gaps: missing cells between two closes interpolated linearly, before the first close filled with the
 * first, after the last with the last. For timing every column of the file, not for trading.
 */
function padded(matrix: PriceMatrix): PriceMatrix {
  const closes = matrix.closes.map((column) => {
    const filled = column.slice();
    let last = -1;
    for (let t = 0; t < filled.length; t++) {
      if (Number.isNaN(column[t]!)) continue;
      for (let gap = last + 1; gap < t; gap++) {
        filled[gap] = last < 0
          ? column[t]!
          : column[last]! + (column[t]! - column[last]!) * ((gap - last) / (t - last));
      }
      last = t;
    }
    return filled.fill(column[last]!, last + 1);
  });
  return { ...matrix, closes };
}

/** Unadjusted closes of the stocks with a bar in every session; unadjusted splits do not affect the time. */
async function completeStocks(path: string): Promise<Map<string, Float64Array>> {
  using file = await Deno.open(path);
  const text = await new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).text();
  const closes = new Map<string, number[]>();
  const sessions = new Set<string>();
  for (const line of text.split("\n").slice(1)) {
    const [ticker, session, , , , close] = line.split(",");
    if (close === undefined) continue;
    sessions.add(session!);
    if (!closes.has(ticker!)) closes.set(ticker!, []);
    closes.get(ticker!)!.push(Number(close));
  }
  return new Map(
    [...closes].filter(([, column]) => column.length === sessions.size)
      .map(([ticker, column]) => [ticker, Float64Array.from(column)]),
  );
}

function generatedUniverses(): Universe[] {
  return ([["generated, 214", 214, 918], ["generated, 482", 482, 918], ["generated, 491", 491, 1082]] as const).map(
    ([name, tickers, sessions]) => {
      const random = pseudoRandom(tickers);
      const prices = new Map<string, Float64Array>();
      for (let i = 0; i < tickers; i++) {
        let price = 20 + 200 * random();
        prices.set(`G${i}`, Float64Array.from({ length: sessions }, () => price *= 1 + 0.04 * (random() - 0.4995)));
      }
      return { name, prices };
    },
  );
}

function pricesOf(matrix: PriceMatrix): Map<string, Float64Array> {
  return new Map(matrix.tickers.map((ticker, i) => [ticker, matrix.closes[i]!]));
}

function sessionsOf(universe: Universe): number {
  return universe.prices.values().next().value!.length;
}
