/**
 * Parquet compared with CSV: reading market data from both, and writing the same rows as a file.
 *
 *     deno run -A bench/parquet.ts [CSV …]
 *
 * Without files: the real prices of TANDEM_SHARED or ../shared if available, else 540,000 rows of the simulated market. Each line
 * is a separate process, to measure its peak resident memory; the first time includes loading the library. The longest pause is
 * the longest time without yielding to other work, after the first read.
 */
import type { ColumnSpec } from "../resources/database/mod.ts";
import { csvMarket, type DailyBars, type MarketData, parquetMarket } from "../resources/market_data/mod.ts";
import { parquetOf } from "../resources/parquet_file.ts";
import { peakMb } from "./measured.ts";
import { marketFiles, runApart } from "./market_files.ts";

const REPETITIONS = 7;
const NUMBERS = ["open", "high", "low", "close", "volume", "dividend", "split"] as const;
const LONG: ColumnSpec[] = [
  { name: "ticker", type: "text" },
  { name: "date", type: "date" },
  ...NUMBERS.map((name) => ({ name, type: "double precision" as const })),
];

if (Deno.args[0] === "--one") {
  const [, task, path] = Deno.args as [string, string, string];
  const work = await taskOf(task, path);
  const times: number[] = [];
  const peaksMb: number[] = [];
  let longestPauseMs = 0;
  let answer = "";
  for (let k = 0; k < REPETITIONS; k++) {
    let last = performance.now();
    const noticed = () => {
      const now = performance.now();
      if (k > 0) longestPauseMs = Math.max(longestPauseMs, now - last);
      last = now;
    };
    const timer = setInterval(noticed, 1);
    const started = last;
    answer = await work();
    times.push(performance.now() - started);
    noticed();
    clearInterval(timer);
    peaksMb.push(await peakMb());
  }
  const [first, ...others] = times as [number, ...number[]];
  others.sort((a, b) => a - b);
  console.log(
    `  ${task.padEnd(14)} ${answer}, first ${first.toFixed(0)} ms, then best ${others[0]!.toFixed(0)} ms, median ` +
      `${others[others.length >> 1]!.toFixed(0)} ms, longest pause ${
        longestPauseMs.toFixed(0)
      } ms, peak resident after the ` +
      `first ${peaksMb[0]!.toFixed(0)} MB, after ${REPETITIONS} ${peaksMb.at(-1)!.toFixed(0)} MB`,
  );
} else {
  const folder = await Deno.makeTempDir();
  try {
    for (const csv of Deno.args.length > 0 ? Deno.args : await marketFiles(folder)) {
      const parquet = `${folder}/market.parquet`;
      await Deno.writeFile(parquet, await asParquet(await csvMarket(csv).dailyBars()));
      const { size } = await Deno.stat(parquet);
      console.log(`${csv}; as Parquet ${(size / 1e6).toFixed(1)} MB`);
      await runApart(import.meta.filename!, "read CSV", csv);
      await runApart(import.meta.filename!, "read Parquet", parquet);
      await runApart(import.meta.filename!, "write Parquet", csv);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function taskOf(task: string, path: string): Promise<() => Promise<string>> {
  const readingOf = (market: MarketData) => async () => `${(await market.dailyBars()).ticker.length} bars`;
  switch (task) {
    case "read CSV":
      return readingOf(csvMarket(path));
    case "read Parquet":
      return readingOf(parquetMarket(path));
    case "write Parquet": {
      const bars = await csvMarket(path).dailyBars();
      return async () => `${((await asParquet(bars)).length / 1e6).toFixed(1)} MB`;
    }
  }
  throw new RangeError(`There is no task ${task}.`);
}

/** Long with volumes; else wide, the usual form of closes. */
async function asParquet(bars: DailyBars): Promise<Uint8Array> {
  if (bars.volume.some((volume) => !Number.isNaN(volume))) {
    const { session, ...others } = bars;
    return await parquetOf(LONG, { date: session, ...others });
  }
  const sessions = [...new Set(bars.session)].sort();
  const rowOf = new Map(sessions.map((session, row) => [session, row]));
  const closes: Record<string, Float64Array> = {};
  for (let i = 0; i < bars.ticker.length; i++) {
    const column = closes[bars.ticker[i]!] ??= new Float64Array(sessions.length).fill(NaN);
    column[rowOf.get(bars.session[i]!)!] = bars.close[i]!;
  }
  const columns = Object.keys(closes).map((name): ColumnSpec => ({ name, type: "double precision" }));
  return await parquetOf([{ name: "Timestamp", type: "date" }, ...columns], { Timestamp: sessions, ...closes });
}
