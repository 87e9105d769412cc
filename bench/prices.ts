/**
 * Processor time from a file of daily bars to clean prices, beside DuckDB in the same run.
 *
 *     deno run -A bench/prices.ts [--years 21] [--database pglite|postgres|both] [--rows database|parquet|both]
 *
 * Reads the S&P file of TANDEM_SHARED or ../shared, extended backwards by its mirror image (21 years: 2.4 million bars). Tandem
 * makes `clean_prices` and everything upstream of it from an empty database: it reads, validates and deduplicates the bars,
 * adjusts them for splits and aligns the closes, with versions, hashes, indexes and checks. DuckDB reads the same file, takes
 * one bar for each ticker and session, adjusts it, pivots the closes, and stores the three tables. Each runs in a separate
 * process; a PostgreSQL server (fsync on) is added. With `--rows parquet` the rows of `raw_daily_bars`, `daily_bars` and
 * `clean_prices` are in files.
 *
 * @module
 */
import { join } from "node:path";
import { xnys } from "../resources/exchange_calendar/mod.ts";
import { fixedClock } from "../resources/clock.ts";
import { openDatabase } from "../resources/database/mod.ts";
import { folderStore } from "../resources/row_files/mod.ts";
import { marketDataFrom } from "../resources/market_data/mod.ts";
import { readColumns } from "../engine/store/read_columns.ts";
import { LongMarket } from "./growth/long_market.ts";
import { parseArgs } from "node:util";
import { databaseKinds, realPrices, withPlace } from "./places.ts";
import { cpuSeconds, jsonOfProcess, machine, peakMb, printTable } from "./measured.ts";
import { materialize, openEngine } from "./bench_engine.ts";
import * as assets from "../assets/mod.ts";

interface Measured {
  cpuSeconds: number;
  seconds: number;
  peakMb: number;
  rows: number;
  /** Of all adjusted closes: the same work has the same sum. */
  closes: number;
  /** CPU seconds by asset or statement. */
  parts: Record<string, number>;
}

const [mode, ...rest] = Deno.args;
if (mode === "--tandem") {
  console.log(
    JSON.stringify(await ofTandem(rest[0]!, { databaseUrl: rest[1] || undefined, dataDir: rest[2]!, rows: rest[3] })),
  );
  Deno.exit(0);
}
if (mode === "--duckdb") {
  console.log(JSON.stringify(await ofDuckDB(rest[0]!, rest[1]!)));
  Deno.exit(0);
}

const { values: given } = parseArgs({
  options: {
    years: { type: "string", default: "21" },
    database: { type: "string", default: "both" },
    rows: { type: "string", default: "database" },
  },
});
const prices = realPrices();
const sessions = Math.round(Number(given.years) * 252);
const folder = await Deno.makeTempDir({ prefix: "tandem-prices-" });
const file = join(folder, "market.csv");
const results: [name: string, Measured][] = [];
try {
  await new LongMarket(`${prices}/sp500_daily_2017_2021.csv.gz`, sessions).write(file, sessions);
  console.log(`${machine()}, ${sessions} sessions.\n`);
  results.push(["DuckDB", await child("--duckdb", file, join(folder, "duckdb"))]);
  const places = (["database", "parquet"] as const).filter((place) => given.rows === "both" || given.rows === place);
  const ways = databaseKinds(given.database).flatMap((kind) => places.map((rows) => ({ kind, rows })));
  for (const { kind, rows } of ways) {
    await withPlace(kind, async (place) => {
      const before = place.databaseUrl ? serverSeconds(place.databaseUrl) : 0;
      const files = rows === "parquet" ? [join(place.folder, "rows")] : [];
      const measured = await child("--tandem", file, place.databaseUrl ?? "", join(place.folder, "data"), ...files);
      if (place.databaseUrl) {
        measured.parts["the server"] = serverSeconds(place.databaseUrl) - before;
        measured.cpuSeconds += measured.parts["the server"];
      }
      results.push([`Tandem on ${kind}${rows === "parquet" ? ", rows in files" : ""}`, measured]);
    });
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
const peer = results[0]![1].cpuSeconds;
printTable(
  ["", "CPU s", "of DuckDB's", "wall-clock s", "peak resident MB", "rows", "sum of closes"],
  results.map(([name, { cpuSeconds, seconds, peakMb, rows, closes }]) => {
    const cells = [cpuSeconds.toFixed(1), (cpuSeconds / peer).toFixed(1), seconds.toFixed(1), peakMb.toFixed(0)];
    return [name, ...cells, rows, closes.toFixed(2)];
  }),
);
for (const [name, { parts }] of results) {
  console.log(`\n${name}: ${Object.entries(parts).map(([part, s]) => `${part} ${s.toFixed(2)}`).join(", ")} CPU s`);
}

async function child(...args: string[]): Promise<Measured> {
  return await jsonOfProcess<Measured>("--v8-flags=--heap-growing-percent=100", import.meta.filename!, ...args);
}

/** CPU seconds of a local server so far, its ended connections included. */
function serverSeconds(url: string): number {
  const ticks = new Map<number, { parent: number; own: number; ended: number; command: string }>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`).split(") ").at(-1)!.split(" ");
      ticks.set(Number(name), {
        parent: Number(stat[1]),
        own: Number(stat[11]) + Number(stat[12]),
        ended: Number(stat[13]) + Number(stat[14]),
        command: Deno.readTextFileSync(`/proc/${name}/cmdline`),
      });
    } catch {
      // It has ended.
    }
  }
  const port = new URL(url).port;
  const [postmaster] = [...ticks].find(([, { command }]) => command.includes(`-p\0${port}\0`))!;
  let sum = 0;
  for (const [pid, { parent, own, ended }] of ticks) {
    if (pid === postmaster) sum += own + ended;
    else if (parent === postmaster) sum += own;
  }
  return sum / 100;
}

/** @param rows The folder of rows in files. */
async function ofTandem(
  file: string,
  { rows, ...place }: { databaseUrl: string | undefined; dataDir: string; rows: string | undefined },
): Promise<Measured> {
  const begun = performance.now();
  const opened = await openDatabase(place);
  if (rows !== undefined) await Deno.mkdir(rows);
  const clock = fixedClock("2021-04-21T23:00:00Z");
  const engine = await openEngine({
    assets: Object.values(assets),
    database: opened,
    resources: { marketData: marketDataFrom(`csv:${file}`, { clock }), calendar: xnys },
    clock,
    ...rows !== undefined && {
      rowFiles: { store: folderStore(rows), assets: ["raw_daily_bars", "daily_bars", "clean_prices"] },
    },
  });
  const parts: Record<string, number> = {};
  // One after the other, so that the time of this process is that of the asset.
  for (const selection of ["+raw_daily_bars", "+daily_bars", "+clean_prices"]) {
    const before = cpuSeconds();
    await materialize(engine, selection);
    parts[selection.slice(1)] = cpuSeconds() - before;
  }
  const measured = await cost(begun);
  const [made] = await engine.materializations("daily_bars", { limit: 1 });
  const closes = (await readColumns(opened, assets.dailyBars, ["close"], made!.id)).close as Float64Array;
  await engine.close();
  await opened.close();
  return { ...measured, rows: closes.length, closes: closes.reduce((sum, close) => sum + close, 0), parts };
}

async function ofDuckDB(file: string, database: string): Promise<Measured> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const begun = performance.now();
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  const statements = {
    "read and stored": `CREATE TABLE raw AS SELECT * FROM read_csv('${file}', header = true)`,
    "deduplicated and adjusted": `
      CREATE TABLE bars AS
      WITH firsts AS (SELECT * FROM raw QUALIFY row_number() OVER (PARTITION BY ticker, date ORDER BY rowid) = 1),
      factors AS (
        SELECT *, coalesce(product(split) OVER (
          PARTITION BY ticker ORDER BY date DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 1) AS factor FROM firsts)
      SELECT ticker, date, open / factor AS open, high / factor AS high, low / factor AS low, close / factor AS close,
             volume * factor AS volume, dividend / factor AS dividend, split, factor
      FROM factors ORDER BY ticker, date`,
    pivoted: "CREATE TABLE closes AS PIVOT bars ON ticker USING first(close) GROUP BY date ORDER BY date",
    "written to the disk": "CHECKPOINT",
  };
  const parts: Record<string, number> = {};
  for (const [name, statement] of Object.entries(statements)) {
    const before = cpuSeconds();
    await connection.run(statement);
    parts[name] = cpuSeconds() - before;
  }
  const reader = await connection.runAndReadAll("SELECT count(*)::INTEGER, sum(close) FROM bars");
  const [rows, closes] = reader.getRows()[0] as [number, number];
  connection.closeSync();
  instance.closeSync();
  return { ...await cost(begun), rows, closes, parts };
}

async function cost(begun: number): Promise<Pick<Measured, "cpuSeconds" | "seconds" | "peakMb">> {
  return { cpuSeconds: cpuSeconds(), seconds: (performance.now() - begun) / 1000, peakMb: await peakMb() };
}
