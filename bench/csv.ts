/**
 * Reading CSV market data: the parser of resources/market_data/csv/ compared with nodejs-polars.
 *
 *     deno run -A bench/csv.ts [FILE …]
 *
 * Without files: the real prices of TANDEM_SHARED or ../shared if available, else 540,000 rows of the simulated market. Each read
 * runs in a separate process, to measure its peak resident memory.
 */
import { Buffer } from "node:buffer";
import { csvMarket } from "../resources/market_data/mod.ts";
import { median, msOf, peakMb } from "./measured.ts";
import { marketFiles, runApart } from "./market_files.ts";
import { tmpdir } from "node:os";

const REPETITIONS = 5;

const readers: Record<string, (path: string) => Promise<number>> = {
  async nothing() {
    return await Promise.resolve(0);
  },
  async tandem(path) {
    return (await csvMarket(path).dailyBars()).ticker.length;
  },
  async "nodejs-polars"(path) {
    const { default: polars } = await import("nodejs-polars");
    // For the path of a gzip file it returns an empty frame.
    const source = path.endsWith(".gz") ? Buffer.from(await inflated(path)) : path;
    const frame = polars.readCSV(source, { inferSchemaLength: 10_000 });
    if (!frame.columns.includes("Timestamp")) {
      // The data that DailyBars needs: strings of every row, and numbers.
      for (const name of frame.columns) frame.getColumn(name).toArray();
      return frame.height;
    }
    const long = frame.unpivot("Timestamp", frame.columns.slice(1)).dropNulls();
    for (const name of long.columns) long.getColumn(name).toArray();
    return long.height;
  },
};

if (Deno.args[0] === "--one") {
  const [, reader, path] = Deno.args as [string, string, string];
  const times: number[] = [];
  const peaksMb: number[] = [];
  let bars = 0;
  for (let k = 0; k < REPETITIONS; k++) {
    times.push(await msOf(async () => bars = await readers[reader]!(path)));
    peaksMb.push(await peakMb());
  }
  console.log(
    `  ${reader.padEnd(14)} ${bars} bars, best ${Math.min(...times).toFixed(0)} ms, median ` +
      `${median(times).toFixed(0)} ms, peak resident after the first ` +
      `${peaksMb[0]!.toFixed(0)} MB, after ${REPETITIONS} ${peaksMb.at(-1)!.toFixed(0)} MB`,
  );
} else {
  for (const file of Deno.args.length > 0 ? Deno.args : await marketFiles(tmpdir())) {
    console.log(file);
    for (const reader of Object.keys(readers)) await runApart(import.meta.filename!, reader, file);
  }
}

function inflated(path: string): Promise<ArrayBuffer> {
  const file = Deno.openSync(path);
  return new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}
