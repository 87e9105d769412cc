/**
 * Reading CSV market data: the parser of resources/market_data/csv/ compared with nodejs-polars.
 *
 *     deno run -A bench/csv.ts [FILE …]
 *
 * Without files: the real prices of TANDEM_SHARED or ../shared if available, else 540,000 rows of the simulated market. Each read
 * runs in a separate process, to measure its peak resident memory.
 */
import { Buffer } from "node:buffer";
import { csvMarket, simulatedMarket } from "../resources/market_data/mod.ts";
import { fixedClock } from "../resources/clock.ts";
import { sharedFolder } from "../tests/support/shared_folder.ts";

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
    const started = performance.now();
    bars = await readers[reader]!(path);
    times.push(performance.now() - started);
    peaksMb.push(await peakMb());
  }
  times.sort((a, b) => a - b);
  console.log(
    `  ${reader.padEnd(14)} ${bars} bars, best ${times[0]!.toFixed(0)} ms, median ` +
      `${times[REPETITIONS >> 1]!.toFixed(0)} ms, peak resident after the first ` +
      `${peaksMb[0]!.toFixed(0)} MB, after ${REPETITIONS} ${peaksMb.at(-1)!.toFixed(0)} MB`,
  );
} else {
  for (const file of Deno.args.length > 0 ? Deno.args : await defaultFiles()) {
    console.log(file);
    for (const reader of Object.keys(readers)) {
      const self = new URL(import.meta.url).pathname;
      const run = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", self, "--one", reader, file] })
        .output();
      const output = new TextDecoder().decode(run.success ? run.stdout : run.stderr);
      console.log(run.success ? output.trimEnd() : `  ${reader.padEnd(14)} failed: ${output.trim().split("\n")[0]}`);
    }
  }
}

function inflated(path: string): Promise<ArrayBuffer> {
  const file = Deno.openSync(path);
  return new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** NaN if the system does not report it. */
async function peakMb(): Promise<number> {
  const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function defaultFiles(): Promise<string[]> {
  const shared = sharedFolder();
  if (shared) {
    return ["sp500_daily_2017_2021.csv.gz", "nasdaq_etf_closes_2019_2022.csv"].map((name) =>
      `${shared}/market/${name}`
    );
  }
  const clock = fixedClock("2026-11-21T12:00:00Z");
  const bars = await simulatedMarket({ clock, sessions: 4500 }).dailyBars();
  const lines = bars.ticker.map((ticker, i) =>
    [ticker, bars.session[i], bars.open[i], bars.high[i], bars.low[i], bars.close[i], bars.volume[i], bars.dividend[i]]
      .join() + `,${bars.split[i]}\n`
  );
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  await Deno.writeTextFile(path, "ticker,date,open,high,low,close,volume,dividend,split\n" + lines.join(""));
  return [path];
}
