/**
 * The whole chain from an empty database to fresh: seconds per asset, peak resident memory, rows.
 *
 *     deno run -A bench/chain.ts [market …]
 *
 * A market is a value of MARKET_DATA, with a preset after `@` unless it is the default: `simulated`, `csv:closes.csv@research`.
 * Without arguments: the simulated market, and the real prices of TANDEM_SHARED or ../shared if available. Each chain runs in a
 * separate process, on an embedded database in a new folder and, if PostgreSQL is installed, on a separate server, whose memory
 * is not counted. Times include the start of the process.
 */
import { Preset, presets } from "../assets/presets.ts";
import type { Executor } from "../engine/mod.ts";
import { InProcessExecutor } from "../engine/run/in_process_executor.ts";
import { xnys } from "../resources/exchange_calendar/mod.ts";
import { fixedClock } from "../resources/clock.ts";
import { type Database, openDatabase } from "../resources/database/mod.ts";
import { marketDataFrom } from "../resources/market_data/mod.ts";
import { sharedFolder } from "../tests/support/shared_folder.ts";
import { jsonOfProcess, load, machine, peakMb, printTable } from "./measured.ts";
import { databaseKinds, withPlace } from "./places.ts";
import { failuresOf, openEngine } from "./bench_engine.ts";
import * as assets from "../assets/mod.ts";

/** Last day of the simulated market, so that runs on different days do the same work. */
const CLOCK = "2026-11-20T23:00:00Z";

interface Measurement {
  status: string;
  /** From the call of the function to its commit, by asset. */
  stepSeconds: Record<string, number>;
  rows: Record<string, number>;
  /** Opening and migrating the database. */
  openSeconds: number;
  runSeconds: number;
  /** Within the run, over all steps: time spent reading columns and inserting rows. */
  readSeconds: number;
  insertSeconds: number;
  secondRunSeconds: number;
  secondRunSteps: number;
  peakMb: number;
}

if (Deno.args[0] === "--one") {
  const [, market, preset, databaseUrl, dataDir] = Deno.args as [string, string, string, string, string];
  console.log(JSON.stringify(await measure(market, Preset.parse(preset), databaseUrl || undefined, dataDir)));
  Deno.exit(0);
}

const scenarios = Deno.args.length > 0 ? Deno.args : defaultMarkets();
console.log(`${machine()} before the first run.\n`);
const columns: { title: string; seconds: number; result: Measurement }[] = [];
for (const scenario of scenarios) {
  const [market, preset = "tandem"] = scenario.split("@") as [string, string | undefined];
  for (const kind of databaseKinds()) {
    await withPlace(kind, async ({ folder, databaseUrl = "" }) => {
      const started = performance.now();
      const result = await jsonOfProcess<Measurement>(
        import.meta.filename!,
        ...["--one", market, preset, databaseUrl, folder],
      );
      const seconds = (performance.now() - started) / 1000;
      const name = market.replace(/^csv:.*\//, "").replace(/\.csv(\.gz)?$/, "");
      columns.push({ title: `${name}, ${preset}, ${kind}`, seconds, result });
      console.error(`${columns.at(-1)!.title}: ${seconds.toFixed(1)} s`);
    });
  }
}
printResults();
console.log(`\nLoad ${load()} after the last run.`);

function defaultMarkets(): string[] {
  const shared = sharedFolder();
  return shared === null ? ["simulated"] : [
    "simulated",
    `csv:${shared}/market/nasdaq_etf_closes_2019_2022.csv@research`,
    `csv:${shared}/market/nasdaq_etf_closes_2019_2022.csv@service`,
    `csv:${shared}/market/sp500_daily_2017_2021.csv.gz`,
  ];
}

async function measure(
  market: string,
  preset: Preset,
  databaseUrl: string | undefined,
  dataDir: string,
): Promise<Measurement> {
  const clock = fixedClock(CLOCK);
  const started = performance.now();
  const opened = await openDatabase({ databaseUrl, dataDir });
  const spent = { read: 0, insert: 0 };
  const database: Database = {
    ...opened,
    selectColumns: timed(opened.selectColumns, (seconds) => spent.read += seconds),
    insertColumns: timed(opened.insertColumns, (seconds) => spent.insert += seconds),
  };
  const stepSeconds: Record<string, number> = {};
  const engine = await openEngine({
    assets: Object.values(assets),
    database,
    resources: { marketData: marketDataFrom(market, { clock }), calendar: xnys },
    clock,
    config: presets[preset],
    executor: (around): Executor => {
      const inner = new InProcessExecutor(around, { maxConcurrentSteps: 4 });
      return {
        async execute(task, signal) {
          const begun = performance.now();
          const outcome = await inner.execute(task, signal);
          stepSeconds[task.key] = (performance.now() - begun) / 1000;
          return outcome;
        },
      };
    },
  });
  const ready = performance.now();
  const run = await engine.finished((await engine.submit({ selection: "*", trigger: "bench" })).id);
  const fresh = performance.now();
  const { read, insert } = spent;
  const again = await engine.finished((await engine.submit({ selection: "*", trigger: "bench" })).id);
  const done = performance.now();
  const rows = Object.fromEntries(
    (await engine.states()).map((state) => [state.key, state.lastMaterialization?.rowCount ?? 0]),
  );
  await engine.close();
  await database.close();
  return {
    status: [run.status, ...failuresOf(run)].join("; "),
    stepSeconds,
    rows,
    openSeconds: (ready - started) / 1000,
    runSeconds: (fresh - ready) / 1000,
    readSeconds: read,
    insertSeconds: insert,
    secondRunSeconds: (done - fresh) / 1000,
    secondRunSteps: again.steps.length,
    peakMb: await peakMb(),
  };
}

function timed<Args extends unknown[], Result>(
  work: (...args: Args) => Promise<Result>,
  add: (seconds: number) => void,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    const begun = performance.now();
    try {
      return await work(...args);
    } finally {
      add((performance.now() - begun) / 1000);
    }
  };
}

function printResults(): void {
  const line = (name: string, valueOf: (result: Measurement, seconds: number) => string) => [
    name,
    ...columns.map(({ result, seconds }) => valueOf(result, seconds)),
  ];
  const s = (seconds: number | undefined) => seconds === undefined ? "" : seconds.toFixed(2);
  const inOrder = Object.keys(columns[0]?.result.rows ?? {});
  const rate = (key: string) => (result: Measurement) =>
    Math.round(result.rows[key]! / (result.stepSeconds[key] ?? NaN)).toLocaleString("en");
  printTable(["seconds (rows)", ...columns.map(({ title }) => title)], [
    ...inOrder.map((key) =>
      line(key, (result) => `${s(result.stepSeconds[key])} (${(result.rows[key] ?? 0).toLocaleString("en")})`.trim())
    ),
    line("database opened and migrated", (result) => s(result.openSeconds)),
    line("run, empty to fresh", (result) => s(result.runSeconds)),
    line("of it reading columns", (result) => s(result.readSeconds)),
    line("of it inserting rows", (result) => s(result.insertSeconds)),
    line("second run", (result) => `${s(result.secondRunSeconds)}, ${result.secondRunSteps} steps`),
    line("**process, start to end**", (_, seconds) => `**${s(seconds)}**`),
    line("**peak resident MB**", (result) => `**${result.peakMb.toFixed(0)}**`),
    line("ingest, raw bars/s", rate("raw_daily_bars")),
    line("outcome", (result) => result.status),
  ]);
}
