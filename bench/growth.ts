/**
 * Cost of a further session after years of them: CPU seconds by asset, disk and memory, on both databases.
 *
 *     deno run -A bench/growth.ts [--years 5,21] [--sessions 2] [--database pglite|postgres|both] [--parquet KEY,…]
 *     deno run -A bench/growth.ts --market simulated --sessions 250 --database pglite
 *
 * Measures the S&P file of TANDEM_SHARED or ../shared, extended backwards by its mirror image, if available; or the simulated
 * market from its first start on. The calendar days between sessions pass in the records too, history is pruned after each session
 * and again before the next one, and a server's autovacuum does in seconds what it has a day for. With more than ten sessions the
 * tables that grow most are listed. Steps run one after the other in a separate process, so that its CPU time can be attributed to an asset. With PGlite
 * this is the whole cost; with PostgreSQL (fsync on) the server's is added. Years have 252 sessions. The assets of `--parquet` have
 * their rows in files.
 *
 * @module
 */
import { join } from "node:path";
import { nyse, xnys } from "../resources/exchange_calendar/mod.ts";
import { fixedClock } from "../resources/clock.ts";
import { openDatabase } from "../resources/database/mod.ts";
import { marketDataFrom } from "../resources/market_data/mod.ts";
import { folderStore } from "../resources/row_files/mod.ts";
import { LongMarket } from "./growth/long_market.ts";
import { parseArgs } from "node:util";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { databaseKinds, realPrices, withPlace } from "./places.ts";
import { databaseMb, folderMb, oneByOne, tableMb } from "./costs.ts";
import { cpuSeconds, forgetPeak, machine, median, peakMb, printTable } from "./measured.ts";
import { failuresOf, openEngine } from "./bench_engine.ts";
import * as assets from "../assets/mod.ts";

/** One run until everything is fresh. */
interface Growth {
  status: string;
  cpuByAsset: Record<string, number>;
  /** Most MB that were resident in a step. */
  peakByAsset: Record<string, number>;
  cpuSeconds: number;
  seconds: number;
  diskMb: number;
  /** MB of tables with their indexes, by name. */
  tables: Record<string, number>;
  peakMb: number;
}

if (Deno.args[0] === "--one") {
  const [, file, databaseUrl, folder, inFiles] = Deno.args as [string, string, string, string, string];
  await serveRuns(file, { databaseUrl: databaseUrl || undefined, folder, inFiles: inFiles ? inFiles.split(",") : [] });
  Deno.exit(0);
}

const { values: given } = parseArgs({
  options: {
    market: { type: "string", default: "sp500" },
    years: { type: "string", default: "5,21" },
    sessions: { type: "string", default: "2" },
    database: { type: "string", default: "both" },
    parquet: { type: "string", default: "" },
  },
});
const isSimulated = given.market === "simulated";
const prices = isSimulated ? null : realPrices();
const years = isSimulated ? [4] : given.years.split(",").map(Number);
const more = Number(given.sessions);
console.log(`${machine()}.\n`);
for (const kind of databaseKinds(given.database)) {
  for (const count of years) {
    const runs = await withPlace(kind, (place) => grow(kind, place, Math.round(count * 252)));
    if (runs.length > 10) printGrowth(kind, runs);
    else printRuns(`${kind}, ${count} years`, runs);
  }
}

/** From empty to fresh without the last sessions, then session by session. */
async function grow(
  kind: string,
  { folder, databaseUrl = "" }: { folder: string; databaseUrl?: string },
  sessions: number,
): Promise<Growth[]> {
  const market = prices === null ? null : new LongMarket(`${prices}/sp500_daily_2017_2021.csv.gz`, sessions);
  const file = market ? join(folder, "market.csv") : "simulated";
  await market?.write(file, sessions - more);
  const script = ["--v8-flags=--heap-growing-percent=100", import.meta.filename!];
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...script, "--one", file, databaseUrl, join(folder, "data"), given.parquet],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const input = child.stdin.getWriter();
  const lines = createInterface(Readable.fromWeb(child.stdout as Parameters<typeof Readable.fromWeb>[0]))
    [Symbol.asyncIterator]();
  const runs: Growth[] = [];
  for (let made = 0; made <= more; made++) {
    if (made > 0 && market) {
      await market.write(`${file}.new`, sessions - more + made);
      await Deno.rename(`${file}.new`, file);
    }
    await input.write(new TextEncoder().encode("run\n"));
    const { value } = await lines.next();
    if (value === undefined) throw new Error(`The process on ${kind} ended.`);
    runs.push(JSON.parse(value));
    const { cpuSeconds, seconds, diskMb, status } = runs.at(-1)!;
    const cost = `${cpuSeconds.toFixed(1)} CPU s, ${seconds.toFixed(1)} s, ${diskMb.toFixed(0)} MB on the disk`;
    console.error(`${kind}, ${sessions} sessions, run ${made + 1}: ${cost}, ${status}`);
  }
  await input.close();
  return runs;
}

/** Makes everything fresh for each line of standard input, and reports the cost on standard output. */
async function serveRuns(
  file: string,
  { databaseUrl, folder, inFiles }: { databaseUrl: string | undefined; folder: string; inFiles: readonly string[] },
): Promise<void> {
  const dataDir = join(folder, "database");
  const rows = join(folder, "rows");
  await Deno.mkdir(rows, { recursive: true });
  const opened = await openDatabase({ databaseUrl, dataDir });
  const clock = fixedClock("2025-11-21T23:00:00Z");
  const since = clock.now();
  if (databaseUrl) {
    await opened.sql`ALTER SYSTEM SET autovacuum_naptime = '1s'`;
    await opened.sql`SELECT pg_reload_conf()`;
  }
  let cpuByAsset: Record<string, number> = {};
  let peakByAsset: Record<string, number> = {};
  let peak = 0;
  /** The peak since the last call. */
  const notePeak = async () => {
    const since = await peakMb();
    peak = Math.max(peak, since);
    await forgetPeak();
    return since;
  };
  const engine = await openEngine({
    assets: Object.values(assets),
    database: opened,
    resources: {
      marketData: file === "simulated"
        ? marketDataFrom(file, { clock, since })
        : marketDataFrom(`csv:${file}`, { clock }),
      calendar: xnys,
    },
    clock,
    ...inFiles.length > 0 && { rowFiles: { store: folderStore(rows), assets: inFiles } },
    executor: oneByOne(async (key, work) => {
      const before = cpuSeconds();
      await notePeak();
      try {
        return await work();
      } finally {
        cpuByAsset[key] = (cpuByAsset[key] ?? 0) + cpuSeconds() - before;
        peakByAsset[key] = await notePeak();
      }
    }),
  });
  for await (const _ of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    cpuByAsset = {};
    peakByAsset = {};
    await notePeak();
    peak = 0;
    const [cpu, begun] = [cpuSeconds(), performance.now()];
    const run = await engine.finished((await engine.submit({ selection: "*", trigger: "bench" })).id);
    await engine.prune();
    await notePeak();
    const growth: Growth = {
      status: [run.status, `${run.steps.length} steps`, ...failuresOf(run)].join("; "),
      cpuByAsset,
      peakByAsset,
      cpuSeconds: cpuSeconds() - cpu,
      seconds: (performance.now() - begun) / 1000,
      tables: await tableMb(opened),
      diskMb: (databaseUrl ? await databaseMb(opened) : await folderMb(dataDir)) + await folderMb(rows),
      peakMb: peak,
    };
    console.log(JSON.stringify(growth));
    await passSession(opened, clock);
    // As the service does every hour: versions that were replaced in the session are over an hour old now.
    await engine.prune();
    if (databaseUrl) await opened.sql`SELECT pg_sleep(2)`;
  }
  await engine.close();
  await opened.close();
}

/** Advances the clock and the records to the close of the next session. */
async function passSession(
  { sql }: Awaited<ReturnType<typeof openDatabase>>,
  clock: ReturnType<typeof fixedClock>,
): Promise<void> {
  const next = nyse.nextSession(nyse.lastClosedSession(clock.now()));
  const then = Temporal.Instant.from(`${next}T23:00:00Z`);
  const seconds = then.since(clock.now()).total("seconds");
  await sql`UPDATE engine.materialization SET committed_at = committed_at - make_interval(secs => ${seconds})`;
  await sql`UPDATE engine.run SET finished_at = finished_at - make_interval(secs => ${seconds})`;
  // Time leaves no dead rows.
  await sql`VACUUM FULL engine.materialization`;
  await sql`VACUUM FULL engine.run`;
  clock.set(then);
}

/** Every twenty-fifth session. */
function printGrowth(title: string, runs: readonly Growth[]): void {
  const head = [`${title}, sessions after the first start`, "CPU s", "wall-clock s", "disk MB", "peak resident MB"];
  const shown = [...runs.entries()].filter(([i]) => i % 25 === 0 || i === runs.length - 1);
  printTable(
    [...head, "outcome"],
    shown.map(([i, { cpuSeconds, seconds, diskMb, peakMb, status }]) => [
      ...[i, cpuSeconds.toFixed(1), seconds.toFixed(1), diskMb.toFixed(0), peakMb.toFixed(0), status],
    ]),
  );
  const typical = median(runs.slice(1).map(({ cpuSeconds }) => cpuSeconds));
  console.log(`\nMedian of the sessions after the first: ${typical.toFixed(1)} CPU s.\n`);
  const at = [0, Math.floor(runs.length / 3), Math.floor(runs.length * 2 / 3), runs.length - 1];
  const sizes = at.map((i) => runs[i]!.tables);
  const grown = (name: string, from: number, to: number) => (sizes[to]![name] ?? 0) - (sizes[from]![name] ?? 0);
  const most = Object.keys(sizes.at(-1)!).sort((a, b) => grown(b, 0, 3) - grown(a, 0, 3)).slice(0, 20);
  printTable(
    ["MB with indexes", "at first", ...at.slice(1).map((to, i) => `${to - at[i]!} sessions more`)],
    most.map((name) => [
      name,
      (sizes[0]![name] ?? 0).toFixed(1),
      ...[1, 2, 3].map((to) => grown(name, to - 1, to).toFixed(2)),
    ]),
  );
  console.log();
}

function printRuns(title: string, runs: readonly Growth[]): void {
  const keys = [...new Set(runs.flatMap(({ cpuByAsset }) => Object.keys(cpuByAsset)))];
  const line = (name: string, value: (run: Growth, i: number) => string) => [name, ...runs.map(value)];
  printTable([
    `${title}: CPU s, MB resident at most`,
    "from empty",
    ...runs.slice(1).map((_, i) => `session ${i + 1} more`),
  ], [
    ...keys.map((key) =>
      line(key, ({ cpuByAsset, peakByAsset }) => {
        const [cpu, peak] = [cpuByAsset[key], peakByAsset[key]];
        return cpu === undefined ? "" : `${cpu.toFixed(2)}, ${peak?.toFixed(0)}`;
      })
    ),
    line("**all**", ({ cpuSeconds }) => `**${cpuSeconds.toFixed(1)}**`),
    line("wall-clock s", ({ seconds }) => seconds.toFixed(1)),
    line(
      "disk MB",
      ({ diskMb }, i) => i === 0 ? diskMb.toFixed(0) : `${(diskMb - runs[i - 1]!.diskMb).toFixed(2)} more`,
    ),
    line("peak resident MB", ({ peakMb }) => peakMb.toFixed(0)),
    line("outcome", ({ status }) => status),
  ]);
  console.log();
}
