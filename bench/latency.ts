/**
 * How long requests wait while everything is materialized: the service in a process of its own, from an empty database to everything
 * fresh, and meanwhile requests for `/healthz` and for pages on the clock. On both databases.
 *
 * `deno task bench:latency --market csv:prices.csv.gz --only PGlite --again`, or `--only PostgreSQL --workers 2` with steps in workers
 *
 * A latency counts from when its request was due, so that one which waits behind a slow one counts as slow, too. The lateness of this
 * process's own timers is printed beside: what is not longer says nothing of the service.
 */
import { parseArgs } from "node:util";
import { WorkerProcess } from "../tests/support/service_process.ts";
import { fetchJson, postJson, type ServerProcess, startServerProcess } from "./load/process.ts";
import { pause, quantile } from "./measured.ts";
import { marketOfStocks, onEachDatabase } from "./places.ts";

const { values: given } = parseArgs({
  args: Deno.args,
  options: {
    market: { type: "string" },
    only: { type: "string" },
    again: { type: "boolean", default: false },
    workers: { type: "string", default: "0" },
    verbose: { type: "boolean", default: false },
  },
});
const market = given.market ?? marketOfStocks();
const main = new URL("../main.ts", import.meta.url).pathname;

/** What is requested in turn, and how often. */
const loads: readonly { everyMs: number; paths: readonly string[] }[] = [
  { everyMs: 50, paths: ["/healthz"] },
  { everyMs: 3_000, paths: ["/", "/pairs", "/assets", "/assets/clean_prices", "/runs", "/tickers"] },
  { everyMs: 1_000, paths: ["/v1/assets/raw_tickers/rows?limit=100"] },
];

interface Latency {
  ms: number;
  /** When the request was due. */
  atMs: number;
  failed?: boolean;
}

/** Calls `each` on the clock until the signal aborts, and waits for all calls. */
async function onTheClock(everyMs: number, signal: AbortSignal, each: (n: number, due: number) => unknown) {
  const start = performance.now();
  const open: unknown[] = [];
  for (let n = 0;; n++) {
    const due = start + n * everyMs;
    const waitMs = due - performance.now();
    if (waitMs > 0) await pause(waitMs);
    if (signal.aborted) break;
    open.push(each(n, due));
  }
  await Promise.all(open);
}

async function ask(url: string, path: string, due: number): Promise<Latency> {
  const failed = await fetch(url + path).then(async (response) => {
    await response.arrayBuffer();
    return !response.ok;
  }).catch(() => true);
  return { ms: performance.now() - due, atMs: due, failed };
}

function line(what: string, latencies: readonly Latency[]): string {
  const times = latencies.map(({ ms }) => ms);
  const shown = (share: number) => {
    const ms = quantile(times, share);
    return ms.toFixed(ms < 100 ? 1 : 0).padStart(8);
  };
  return `| ${what.padEnd(40)} | ${String(times.length).padStart(7)} | ${shown(0.5)} | ${shown(0.99)} | ${shown(1)} | ${
    String(latencies.filter(({ failed }) => failed).length).padStart(6)
  } |`;
}

/** Requests everything until the run has ended. */
async function during(title: string, server: ServerProcess, ended: Promise<string>): Promise<void> {
  const { url } = server;
  const stop = new AbortController();
  const cpu = server.cpuSeconds();
  const began = performance.now();
  const own: Latency[] = [];
  const found = new Map(loads.flatMap(({ paths }) => paths).map((path) => [path, [] as Latency[]]));
  const asking = Promise.all([
    ...loads.map(({ everyMs, paths }) =>
      onTheClock(everyMs, stop.signal, async (n, due) => {
        const path = paths[n % paths.length]!;
        found.get(path)!.push(await ask(url, path, due));
      })
    ),
    onTheClock(50, stop.signal, (_, due) => own.push({ ms: performance.now() - due, atMs: due })),
  ]);
  const status = await Promise.race([ended, asking.then(() => "unfinished")]);
  const seconds = (performance.now() - began) / 1000;
  stop.abort();
  await asking;
  console.log(
    `\n${title}: ${status} in ${seconds.toFixed(1)} s, ${(server.cpuSeconds() - cpu).toFixed(1)} CPU s, at most ${
      (server.peakBytes() / 2 ** 20).toFixed(0)
    } MB resident`,
  );
  console.log(`| ${"".padEnd(40)} |       n |  p50, ms |  p99, ms |  max, ms | failed |`);
  const pages = Array.from(found).filter(([path]) => path !== "/healthz" && !path.startsWith("/v1/"));
  console.log(line("/healthz", found.get("/healthz")!));
  console.log(line("pages together", pages.flatMap(([, latencies]) => latencies)));
  for (const [path, latencies] of found) if (path !== "/healthz") console.log(line(path, latencies));
  console.log(line("lateness of this process's own timers", own));
  if (!given.verbose) return;
  for (const [path, latencies] of found) {
    const worst = latencies.toSorted((a, b) => b.ms - a.ms).slice(0, 5);
    console.log(
      `${path}: ${worst.map(({ ms, atMs }) => `${ms.toFixed(0)} at ${((atMs - began) / 1000).toFixed(1)} s`)}`,
    );
  }
  const { runs } = await (await fetch(`${url}/v1/runs?limit=1`)).json();
  const run = await (await fetch(`${url}/v1/runs/${runs[0].id}`)).json();
  const base = Date.parse(run.startedAt ?? run.createdAt);
  for (const step of run.steps) {
    const at = (time: string) => ((Date.parse(time) - base) / 1000).toFixed(1);
    if (step.startedAt) console.log(`  ${step.key}: ${at(step.startedAt)} to ${at(step.finishedAt)} s`);
  }
}

/** Resolves with the status of the first run once it has ended. */
async function firstRun(url: string): Promise<string> {
  for (;;) {
    await pause(2_000);
    // Under load it may be refused.
    const answer = await fetchJson<{ runs: { status: string }[] }>(`${url}/v1/runs?limit=1`).catch(() => undefined);
    const status = answer?.runs[0]?.status;
    if (status !== undefined && !["queued", "running", "interrupted"].includes(status)) return status;
  }
}

async function measure(name: string, settings: Record<string, string>, workers: number): Promise<void> {
  const environment = {
    ...{ PORT: "0", HOST: "127.0.0.1", MARKET_DATA: market, AUTOMATION: "off" },
    ...settings,
    ...(workers > 0 && { EXECUTOR: "queue" }),
  };
  await using stack = new AsyncDisposableStack();
  for (let n = 0; n < workers; n++) await stack.use(new WorkerProcess(environment)).id;
  await using server = await startServerProcess([main], environment);
  await during(`${name}, from empty to fresh`, server, firstRun(server.url));
  if (!given.again) return;
  const everything = { selection: "*", force: true, wait: true };
  const forced = postJson<{ status: string }>(`${server.url}/v1/materialize`, everything).then(({ status }) => status);
  await during(`${name}, everything again`, server, forced);
}

console.log(market.replace(/^.*\//, ""));
await onEachDatabase(given.only, async (kind, settings) => {
  await measure(kind, settings, kind === "PostgreSQL" ? Number(given.workers) : 0);
});
Deno.exit();
