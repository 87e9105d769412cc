/**
 * Pages of the newest bars of a ticker, none asked for twice, by two clients of the service: with the rows of the simulated market in
 * tables of the embedded database and in Parquet files. Beside them, /healthz every 10 ms.
 *
 * `deno task bench:file-pages --seconds 60`
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startServerProcess } from "./load/process.ts";
import { machine, pause, quantile } from "./measured.ts";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "60" } } });
const milliseconds = Number(values.seconds) * 1000;
const main = new URL("../main.ts", import.meta.url).pathname;
const bulkTables = "raw_daily_bars,daily_bars,clean_prices,daily_ohlc,indicators";

console.log(`p50, p99 and longest in ms; ${machine()}`);
for (const inFiles of [false, true]) {
  const folder = await Deno.makeTempDir({ prefix: "tandem-bench-" });
  try {
    const rows = join(folder, "rows");
    await Deno.mkdir(rows);
    await using server = await startServerProcess([main, "start"], {
      PORT: "0",
      DATA_DIR: join(folder, "data"),
      MARKET_DATA: "simulated",
      ...inFiles && { ROW_FILES: rows, PARQUET_ASSETS: bulkTables },
    });
    const json = async (path: string) => await (await fetch(server.url + path)).json();
    while (!(await json("/v1/assets")).assets.every(({ state }: { state: string }) => state === "fresh")) {
      await pause(500);
    }
    const { rows: listed } = await json("/v1/assets/raw_tickers/rows?limit=1000");
    const tickers: string[] = listed.map(({ ticker }: { ticker: string }) => ticker);
    const [pages, health]: [number[], number[]] = [[], []];
    const end = performance.now() + milliseconds;
    const timed = async (path: string, into: number[]) => {
      const started = performance.now();
      const response = await fetch(server.url + path);
      const text = await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
      into.push(performance.now() - started);
    };
    let asked = 0;
    const read = async () => {
      while (performance.now() < end) {
        const [ticker, round] = [tickers[asked % tickers.length], Math.floor(asked++ / tickers.length)];
        await timed(`/v1/assets/daily_bars/rows?ticker=${ticker}&order=-session&limit=${50 + round % 900}`, pages);
      }
    };
    const watch = async () => {
      for (; performance.now() < end; await pause(10)) await timed("/healthz", health);
    };
    const cpuBefore = server.cpuSeconds();
    await Promise.all([read(), read(), watch()]);
    console.log(
      `${inFiles ? "files " : "tables"}  ${pages.length} pages: ${figures(pages)}; /healthz: ${figures(health)}; ` +
        `${((server.cpuSeconds() - cpuBefore) / pages.length * 1000).toFixed(1)} CPU ms a page; ` +
        `${Math.round(server.peakBytes() / 2 ** 20)} MB at most`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
Deno.exit();

function figures(milliseconds: readonly number[]): string {
  return [0.5, 0.99, 1].map((share) => quantile(milliseconds, share).toFixed(1)).join(", ");
}
