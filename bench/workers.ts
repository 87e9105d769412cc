/**
 * How much faster workers make a run: everything from an empty database, then selections as of every week of a range, whose parts are
 * weeks, and then all pairs as of the newest session, in blocks. With the steps in the server and with 1, 2, … workers, on one
 * PostgreSQL. Content must be equal each time.
 *
 * `deno task bench:workers [--workers 1,2,3] [--market csv:prices.csv.gz] [--from 2018-01-01] [--pinned]`
 *
 * `--pinned` gives each worker a core of its own (`taskset`), the first to the first; the server and PostgreSQL use any. Prints seconds of the run,
 * CPU seconds of server and workers, and the share of the run that is serial by Amdahl's law, from the times with one worker and with
 * the most. That share holds only where there are more cores than the processes and PostgreSQL keep busy.
 */
import { parseArgs } from "node:util";
import { openDatabase } from "../resources/database/mod.ts";
import { createTestDatabase } from "../tests/support/database.ts";
import { lookForWrongs } from "../tests/support/service_kills.ts";
import { ServiceProcess, WorkerProcess } from "../tests/support/service_process.ts";
import { cpuSecondsOf, fetchJson, postJson } from "./load/process.ts";
import { pause } from "./measured.ts";
import { marketOfStocks } from "./places.ts";

const { values: given } = parseArgs({
  args: Deno.args,
  options: {
    workers: { type: "string", default: "1,2" },
    market: { type: "string" },
    from: { type: "string", default: "2018-06-01" },
    pinned: { type: "boolean", default: false },
  },
});
const market = given.market ?? marketOfStocks();
/** None: steps run in the server. */
const counts = [0, ...given.workers.split(",").map(Number)];

interface Measured {
  workers: number;
  what: string;
  seconds: number;
  cpuSeconds: number;
}

interface RunAnswer {
  id: number;
  status: string;
  startedAt: string;
  finishedAt: string;
}

async function ended(url: string, id: number): Promise<RunAnswer> {
  for (;;) {
    const run = await fetchJson<RunAnswer>(`${url}/v1/runs/${id}`);
    if (run.finishedAt) {
      if (run.status === "succeeded") return run;
      throw new Error(`Run ${id} ${run.status}.`);
    }
    await pause(500);
  }
}

/** The run by which a service makes everything for the first time. */
async function firstRun(url: string): Promise<number> {
  for (;;) {
    const { runs: [run] } = await fetchJson<{ runs: RunAnswer[] }>(`${url}/v1/runs?limit=1`);
    if (run) return run.id;
    await pause(100);
  }
}

const measured: Measured[] = [];
const contents: string[] = [];
for (const workers of counts) {
  const { url: databaseUrl, drop } = await createTestDatabase();
  const folder = await Deno.makeTempDir({ prefix: "tandem-workers-" });
  const environment = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    MARKET_DATA: market,
    AUTOMATION: "off",
    EXECUTOR: workers === 0 ? "thread" : "queue",
  };
  const helpers: WorkerProcess[] = [];
  try {
    for (let n = 0; n < workers; n++) {
      const worker = new WorkerProcess(environment);
      helpers.push(worker);
      await worker.id;
      if (!given.pinned) continue;
      const core = String(n % navigator.hardwareConcurrency);
      const { success } = await new Deno.Command("taskset", {
        args: ["-a", "-c", "-p", core, `${worker.pid}`],
        stdout: "null",
      })
        .output();
      if (!success) throw new Error("taskset, of util-linux, is needed for --pinned.");
    }
    await using server = new ServiceProcess(environment);
    const url = await server.url;
    const pids = [server, ...helpers].map(({ pid }) => pid);
    const cpu = () => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
    const measure = async (what: string, id: number, before: number) => {
      const { startedAt, finishedAt } = await ended(url, id);
      const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000;
      measured.push({ workers, what, seconds, cpuSeconds: cpu() - before });
      console.log(`${workers} workers, ${what}: ${seconds.toFixed(1)} s, ${(cpu() - before).toFixed(1)} CPU s`);
    };
    await measure("from empty", await firstRun(url), 0);
    const measureRequest = async (what: string, request: Record<string, unknown>) => {
      const before = cpu();
      const { id } = await postJson<{ id: number }>(`${url}/v1/materialize`, { ...request, wait: false });
      await measure(what, id, before);
    };
    await measureRequest(`as of every week from ${given.from}`, {
      selection: "pair_clusters cointegrated_pairs chosen_pairs",
      range: { from: given.from },
    });
    const { rows: [newest] } = await fetchJson<{ rows: { as_of: string }[] }>(
      `${url}/v1/assets/pair_clusters/rows?order=-as_of&limit=1`,
    );
    await measureRequest("all pairs of one session", {
      selection: "cointegrated_pairs",
      range: { from: newest!.as_of },
      force: true,
      config: { cointegrated_pairs: { candidates: ["all"], smallUniverse: 1_000 } },
    });
    const database = await openDatabase({ databaseUrl, dataDir: folder });
    const { wrongs, versions } = await lookForWrongs(database);
    await database.close();
    const faults = Object.values(wrongs).flat();
    if (faults.length > 0) throw new Error(faults.join("; "));
    contents.push(JSON.stringify([...versions].sort()));
  } finally {
    for (const worker of helpers) await worker[Symbol.asyncDispose]();
    await drop();
    await Deno.remove(folder, { recursive: true });
  }
}
console.log(`\n${market.replace(/^.*\//, "")}, content ${new Set(contents).size === 1 ? "equal" : "DIFFERS"}\n`);
console.log(`Cores: ${navigator.hardwareConcurrency}, also used by PostgreSQL, whose CPU seconds are not counted.\n`);
console.log("| run | steps in | seconds | CPU seconds | cores used | times as fast as one worker |");
console.log("| --- | --- | ---: | ---: | ---: | ---: |");
for (const what of new Set(measured.map(({ what }) => what))) {
  const of = measured.filter((one) => one.what === what);
  const one = of.find(({ workers }) => workers === 1);
  for (const { workers, seconds, cpuSeconds } of of) {
    const steps = workers === 0 ? "threads of the server" : `${workers} worker${workers === 1 ? "" : "s"}`;
    const times = one && workers > 0 ? (one.seconds / seconds).toFixed(2) : "";
    const used = (cpuSeconds / seconds).toFixed(1);
    console.log(`| ${what} | ${steps} | ${seconds.toFixed(1)} | ${cpuSeconds.toFixed(1)} | ${used} | ${times} |`);
  }
  const most = of.at(-1)!;
  if (one && most.workers > 1) {
    // Below 0 where another program took the time of the run with one worker.
    const serial = Math.max(0, (most.workers * most.seconds / one.seconds - 1) / (most.workers - 1));
    console.log(
      `\nSerial share of ${what}: ${(100 * serial).toFixed(0)} %; 100 workers would be at most ${
        (1 / (serial + (1 - serial) / 100)).toFixed(1)
      } times as fast as one.\n`,
    );
  }
}
if (new Set(contents).size > 1) Deno.exitCode = 1;
