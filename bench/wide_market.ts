/**
 * A market of thousands of tickers through the whole chain, walk-forward included, with the default settings: seconds, CPU seconds,
 * rows and highest resident memory by asset, beside the aim of 1.5 GB.
 *
 *     deno task bench:wide-market [--tickers 5000] [--sessions 1000] [--database postgres|pglite] [--service] [--keep FILE] [--selection '*']
 *
 * Steps run one after the other in a process of their own, so that costs can be attributed to an asset. With `--service` the real
 * service makes everything instead, with steps in its thread, as it does by default: the figures are those of the process. The
 * memory and CPU time of a PostgreSQL server, which flushes its files, are not included. `--keep` names the file of market data,
 * which is made unless it is there.
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as assets from "../assets/mod.ts";
import { fixedClock } from "../resources/clock.ts";
import { openDatabase } from "../resources/database/mod.ts";
import { xnys } from "../resources/exchange_calendar/mod.ts";
import { marketDataFrom } from "../resources/market_data/mod.ts";
import { databaseMb, folderMb, forgetPeak, oneByOne } from "./costs.ts";
import { fetchJson, startServerProcess } from "./load/process.ts";
import { failuresOf, openEngine } from "./bench_engine.ts";
import { cpuSeconds, jsonOfProcess, machine, pause, peakMb, printTable } from "./measured.ts";
import { databaseKinds, withPlace } from "./places.ts";
import { sessionsUntil, writeMarket } from "./wide_market/market_file.ts";

const AIM_MB = 1_536;
const LAST_SESSION = "2026-11-20";

/** Costs of a step. */
interface Cost {
  key: string;
  seconds: number;
  cpuSeconds: number;
  peakMb: number;
  rows?: number;
}

interface Measurement {
  outcome: string;
  steps: Cost[];
  seconds: number;
  cpuSeconds: number;
  peakMb: number;
  /** NaN if not measured. */
  diskMb: number;
  /** Planted pairs by what became of them. */
  found: Record<string, number>;
}

if (Deno.args[0] === "--one") {
  const [, file, databaseUrl, dataDir, selection] = Deno.args as [string, string, string, string, string];
  console.log(JSON.stringify(await measureSteps(file, databaseUrl || undefined, { dataDir, selection })));
  Deno.exit(0);
}

const { values } = parseArgs({
  options: {
    tickers: { type: "string", default: "5000" },
    sessions: { type: "string", default: "1000" },
    database: { type: "string", default: "postgres" },
    service: { type: "boolean", default: false },
    keep: { type: "string" },
    selection: { type: "string", default: "*" },
  },
});
const kind = databaseKinds(values.database)[0] ?? "PGlite";
await withPlace(kind, async ({ folder, databaseUrl = "" }) => {
  const file = values.keep ?? join(folder, "market.csv.gz");
  const [tickers, sessions] = [Number(values.tickers), Number(values.sessions)];
  if (await Deno.stat(file).then(() => false, () => true)) {
    const { bars, planted } = await writeMarket(file, { tickers, sessions: sessionsUntil(LAST_SESSION, sessions) });
    console.log(`${bars.toLocaleString("en")} bars, ${planted.length} planted pairs.`);
  }
  const measure = values.service ? measureService : measureInProcess;
  print(`${tickers} tickers × ${sessions} sessions, ${kind}`, await measure(file, databaseUrl, join(folder, "data")));
});
Deno.exit();

function measureInProcess(file: string, databaseUrl: string, dataDir: string): Promise<Measurement> {
  // Inherited by the process of the steps.
  Deno.env.set("MALLOC_ARENA_MAX", "2");
  const script = ["--v8-flags=--heap-growing-percent=100", import.meta.filename!];
  return jsonOfProcess(...script, "--one", file, databaseUrl, dataDir, values.selection);
}

async function measureSteps(
  file: string,
  databaseUrl: string | undefined,
  { dataDir, selection }: { dataDir: string; selection: string },
): Promise<Measurement> {
  const opened = await openDatabase({ databaseUrl, dataDir });
  const clock = fixedClock(`${LAST_SESSION}T23:00:00Z`);
  const steps: Cost[] = [];
  let highest = 0;
  const engine = await openEngine({
    assets: Object.values(assets),
    database: opened,
    resources: { marketData: marketDataFrom(`csv:${file}`, { clock }), calendar: xnys },
    clock,
    executor: oneByOne(async (key, work) => {
      highest = Math.max(highest, await peakMb());
      await forgetPeak();
      const [cpu, begun] = [cpuSeconds(), performance.now()];
      try {
        return await work();
      } finally {
        const cost = { seconds: (performance.now() - begun) / 1000, cpuSeconds: cpuSeconds() - cpu };
        steps.push({ key, ...cost, peakMb: await peakMb() });
        console.error(
          `${key}: ${cost.seconds.toFixed(1)} s, ${cost.cpuSeconds.toFixed(1)} CPU s, ${
            steps.at(-1)!.peakMb.toFixed(0)
          } MB`,
        );
      }
    }),
  });
  const [cpu, begun] = [cpuSeconds(), performance.now()];
  const run = await engine.finished((await engine.submit({ selection, trigger: "bench" })).id);
  const costs = { seconds: (performance.now() - begun) / 1000, cpuSeconds: cpuSeconds() - cpu };
  const rows = new Map((await engine.states()).map((state) => [state.key, state.lastMaterialization?.rowCount]));
  const measured = {
    outcome: [run.status, ...failuresOf(run)].join("; "),
    steps: steps.map((step) => ({ ...step, rows: rows.get(step.key) ?? 0 })),
    ...costs,
    peakMb: Math.max(highest, await peakMb()),
    diskMb: databaseUrl ? await databaseMb(opened) : await folderMb(dataDir),
    found: {
      tested: await engine.count(assets.cointegratedPairs, { atMost: 1e9 }),
      accepted: await engine.count(assets.cointegratedPairs, {
        filters: [{ column: "accepted", operator: "eq", value: "true" }],
        atMost: 1e9,
      }),
    },
  };
  await engine.close();
  await opened.close();
  return measured;
}

async function measureService(file: string, databaseUrl: string, dataDir: string): Promise<Measurement> {
  const main = new URL("../main.ts", import.meta.url).pathname;
  const env = { PORT: "0", HOST: "127.0.0.1", MARKET_DATA: `csv:${file}`, AUTOMATION: "off", DATA_DIR: dataDir };
  await using process = await startServerProcess([main, "start"], { ...env, DATABASE_URL: databaseUrl });
  const begun = performance.now();
  const samples: { at: number; cpuSeconds: number; residentMb: number }[] = [];
  type Run = {
    id: number;
    status: string;
    steps: { key: string; startedAt: string | null; finishedAt: string | null; error: { message: string } | null }[];
  };
  let run: Run | undefined;
  for (let n = 0; run === undefined || ["queued", "running", "interrupted"].includes(run.status); n++) {
    await pause(100);
    samples.push({ at: Date.now(), cpuSeconds: process.cpuSeconds(), residentMb: process.residentBytes() / 2 ** 20 });
    if (n % 20 > 0) continue;
    // Under load a request may be refused. Schedules begin further runs meanwhile.
    const { runs } = await fetchJson<{ runs: Run[] }>(`${process.url}/v1/runs?limit=100`).catch(() => ({ runs: [] }));
    const first = run ?? runs.at(-1);
    if (first) run = await fetchJson<Run>(`${process.url}/v1/runs/${first.id}`).catch(() => run);
  }
  const steps = run.steps.filter((step) => step.startedAt !== null && step.finishedAt !== null).map((step): Cost => {
    const [from, to] = [Date.parse(step.startedAt!), Date.parse(step.finishedAt!)];
    const during = samples.filter(({ at }) => at >= from - 100 && at <= to + 100);
    return {
      key: step.key,
      seconds: (to - from) / 1000,
      cpuSeconds: (during.at(-1)?.cpuSeconds ?? NaN) - (during[0]?.cpuSeconds ?? NaN),
      peakMb: Math.max(...during.map(({ residentMb }) => residentMb)),
    };
  });
  return {
    outcome: [run.status, ...failuresOf(run)].join("; "),
    steps,
    seconds: (performance.now() - begun) / 1000,
    cpuSeconds: process.cpuSeconds(),
    peakMb: process.peakBytes() / 2 ** 20,
    diskMb: databaseUrl ? NaN : await folderMb(dataDir),
    found: {},
  };
}

function print(title: string, { outcome, steps, seconds, cpuSeconds, peakMb, diskMb, found }: Measurement): void {
  const all = { key: "**all**", seconds, cpuSeconds, peakMb };
  printTable(
    [title, "s", "CPU s", "rows", "peak resident MB"],
    [...steps, all].map(({ key, seconds, cpuSeconds, rows, peakMb }: Cost) => [
      ...[key, seconds.toFixed(1), cpuSeconds.toFixed(1), rows?.toLocaleString("en") ?? "", peakMb.toFixed(0)],
    ]),
  );
  console.log(
    `\n${outcome}. ${Object.entries(found).map(([what, count]) => `${count} ${what}. `).join("")}${
      Number.isNaN(diskMb) ? "" : `Disk: ${diskMb.toFixed(0)} MB. `
    }Aim: ${AIM_MB} MB resident, ${peakMb <= AIM_MB ? "reached" : "missed"}.\n${machine()}.`,
  );
}
