/**
 * Reads of a pair's trades and of the list of tickers over 50 keep-alive connections, from the service in a separate process:
 * requests per second, then a soak test at a fixed rate during which everything is materialized again. Every response is compared
 * with the others of its version. On both databases; compared with a bare handler on PostgreSQL.
 *
 * `deno task bench:load --seconds 120 --rate 200 --only PGlite`
 *
 * With `--ticks 30` a session of the S&P file (TANDEM_SHARED or ../shared) arrives every 30 seconds of the soak instead, and what is
 * stale is materialized: `deno task bench:load --seconds 900 --ticks 30 --burst 1`.
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { LongMarket } from "./growth/long_market.ts";
import type { WireAnswer } from "./load/connection.ts";
import { drive, type LoadResult } from "./load/drive.ts";
import { fetchJson, postJson, type ServerProcess, slope, startServerProcess } from "./load/process.ts";
import { median, pause } from "./measured.ts";
import { onEachDatabase, realPrices } from "./places.ts";

const { values: given } = parseArgs({
  args: Deno.args,
  options: {
    seconds: { type: "string", default: "120" },
    burst: { type: "string", default: "10" },
    rate: { type: "string", default: "200" },
    only: { type: "string" },
    ticks: { type: "string" },
  },
});
const [seconds, burstSeconds, rate] = [Number(given.seconds), Number(given.burst), Number(given.rate)];
const tickSeconds = given.ticks === undefined ? null : Number(given.ticks);
const connections = 50;
/** Of the S&P file. */
const allSessions = 1082;
const main = new URL("../main.ts", import.meta.url).pathname;
const peerScript = new URL("./load/peer.ts", import.meta.url).pathname;

/** Compares every response with the first of its version. */
class Versions {
  readonly #bodies = new Map<string, Buffer>();

  check = (path: string, { status, headers, body }: WireAnswer): string | undefined => {
    if (status !== 200) return `${path}: ${status}`;
    const version = `${path} ${headers.get("etag")}`;
    const first = this.#bodies.get(version);
    if (!first) this.#bodies.set(version, Buffer.from(body));
    else if (!first.equals(body)) return `${path}: two answers of one version differ`;
  };

  /** Number of versions of a path seen. */
  seen(path: string): number {
    return [...this.#bodies.keys()].filter((version) => version.startsWith(`${path} `)).length;
  }

  /** Reads each version of a page of rows again by its materialization, and compares. Returns the number of versions. */
  async verify(url: string): Promise<number> {
    let count = 0;
    for (const [version, body] of this.#bodies) {
      const path = version.slice(0, version.lastIndexOf(" "));
      if (!path.startsWith("/v1/")) continue;
      const { materialization, rows } = JSON.parse(body.toString());
      const again = await (await fetch(`${url}${path}&as_of=${materialization}`)).json();
      if (JSON.stringify(again.rows) !== JSON.stringify(rows)) throw new Error(`${version} does not read as it did.`);
      count++;
    }
    return count;
  }
}

async function untilFresh(url: string): Promise<void> {
  for (;;) {
    const { assets } = await fetchJson<{ assets: { key: string; state: string }[] }>(`${url}/v1/assets`);
    const open = assets.filter(({ state }) => state !== "fresh");
    if (open.every(({ key }) => key === "service_health")) return;
    await pause(1_000);
  }
}

const shown = (value: number, digits = 1) => value.toLocaleString("en", { maximumFractionDigits: digits });

function line(what: string, { requests, perSecond, p50Ms, p99Ms, maxMs, errors }: LoadResult): void {
  const failed = [...errors.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `| ${what.padEnd(58)} | ${shown(perSecond, 0).padStart(7)} | ${shown(p50Ms).padStart(7)} | ${
      shown(p99Ms).padStart(7)
    } | ${shown(maxMs).padStart(8)} | ${String(failed).padStart(6)} |`,
  );
  for (const [wrong, count] of errors) console.log(`  ${count} of ${requests}: ${wrong}`);
}

/** A market file to which a session is added every {@link tickSeconds}. */
class GrowingMarket {
  #sessions = allSessions - Math.floor(seconds * 0.9 / tickSeconds!);
  readonly #market: LongMarket;

  constructor(prices: string, readonly path: string) {
    this.#market = new LongMarket(`${prices}/sp500_daily_2017_2021.csv.gz`, allSessions);
  }

  async write(): Promise<void> {
    await this.#market.write(`${this.path}.new`, this.#sessions++);
    await Deno.rename(`${this.path}.new`, this.path);
  }

  /** Adds sessions and materializes what is stale, until the time is over. Returns the seconds of each run. */
  async passSessions(url: string): Promise<number[]> {
    const start = performance.now();
    const took: number[] = [];
    while (this.#sessions <= allSessions) {
      const due = start + took.length * tickSeconds! * 1000;
      await pause(Math.max(0, due - performance.now()));
      await this.write();
      const began = performance.now();
      const { status } = await materialize(url, { force: false });
      if (status !== "succeeded") throw new Error(`A run ${status}.`);
      took.push((performance.now() - began) / 1000);
    }
    return took;
  }
}

async function materialize(url: string, { force }: { force: boolean }): Promise<{ status: string }> {
  return await postJson(`${url}/v1/materialize`, { selection: "*", force, wait: true });
}

async function measure(
  name: string,
  { server, databaseUrl, market }: { server: ServerProcess; databaseUrl: string | null; market: GrowingMarket | null },
): Promise<void> {
  const { url } = server;
  await untilFresh(url);
  const [pair] = await fetchJson<{ ticker_1: string; ticker_2: string }[]>(`${url}/api/model-chosen-pairs`);
  const legs = new URLSearchParams({ ticker_1: pair!.ticker_1, ticker_2: pair!.ticker_2 });
  const paths = [
    `/api/model-chosen-pairs/trades?${legs}`,
    `/v1/assets/pair_trades/rows?${legs}`,
    "/api/ticker/all",
    "/v1/assets/raw_tickers/rows?limit=1000",
  ];
  console.log(`\n${name}, ${connections} connections, ${burstSeconds} s each as fast as it goes`);
  console.log(`| ${"".padEnd(58)} |     1/s | p50, ms | p99, ms |  max, ms | failed |`);
  const load = { url, connections, seconds: burstSeconds };
  const first = new Map<string, WireAnswer["headers"]>();
  for (const path of paths) {
    const { check } = new Versions();
    const checked = (path: string, answer: WireAnswer) => (first.set(path, answer.headers), check(path, answer));
    line(path, await drive({ ...load, request: () => ({ path }), check: checked }));
  }
  const rows = paths[1]!;
  const etag = first.get(rows)!.get("etag")!;
  line(
    `${rows.split("?")[0]}, 304`,
    await drive({
      ...load,
      request: () => ({ path: rows, headers: { "If-None-Match": etag } }),
      check: (_, { status }) => status === 304 ? undefined : `${status}`,
    }),
  );
  // Each limit is another URL, and all together exceed the cache.
  const unkept = await drive({
    ...load,
    request: (n) => ({ path: `${rows}&limit=${1_000 + n % 9_000}` }),
    check: (path, { status }) => status === 200 ? undefined : `${path}: ${status}`,
  });
  line(`${rows.split("?")[0]}, not from memory`, unkept);

  if (databaseUrl !== null) {
    const { columns } = await fetchJson<{ columns: { name: string }[] }>(url + rows);
    const query = {
      statement: `SELECT ${columns.map(({ name }) => `"${name}"`).join(", ")} FROM gold.pair_trades
        WHERE _until IS NULL AND ticker_1 = $1 AND ticker_2 = $2 ORDER BY ticker_1, ticker_2, session LIMIT 1000`,
      parameters: [pair!.ticker_1, pair!.ticker_2],
    };
    await using peer = await startServerProcess([peerScript], {
      PEER_DATABASE_URL: databaseUrl,
      PEER_QUERY: JSON.stringify(query),
    });
    const bare = await drive({
      ...load,
      url: peer.url,
      request: () => ({ path: "/" }),
      check: (path, { status }) => status === 200 ? undefined : `${path}: ${status}`,
    });
    line("the same rows from a bare Hono handler and postgres", bare);
    console.log(`not from memory, Tandem answers ${shown(unkept.perSecond / bare.perSecond, 2)} times as many.`);
  }

  console.log(`\n${name}, soak of ${seconds} s at ${rate} requests a second, latency from when each was due`);
  const versions = new Versions();
  server.sample();
  const soak = drive({
    ...load,
    seconds,
    rate,
    request: (n) => ({ path: paths[n % paths.length]! }),
    check: versions.check,
  });
  await pause(seconds * 100);
  const began = performance.now();
  const meanwhile = market
    ? await market.passSessions(url).then((took) =>
      `${took.length} sessions arrived; everything was fresh after ${shown(median(took))} s in the median, ${
        shown(Math.max(...took))
      } s at most.`
    )
    : await materialize(url, { force: true }).then(({ status }) =>
      `A forced run of everything ${status} in ${shown((performance.now() - began) / 1000)} s meanwhile.`
    );
  const result = await soak;
  const samples = server.stopSampling().map((bytes) => bytes / 1024 / 1024);
  console.log(`| ${"".padEnd(58)} |     1/s | p50, ms | p99, ms |  max, ms | failed |`);
  line("all four in turn", result);
  console.log(meanwhile);
  console.log(`Versions seen: ${paths.map((path) => versions.seen(path)).join(", ")}.`);
  console.log(`Read again by materialization and found the same: ${await versions.verify(url)}.`);
  const late = samples.slice(Math.floor(samples.length / 2));
  console.log(
    `Resident: ${shown(samples[0]!, 0)} MB before, at most ${shown(Math.max(...samples), 0)}, ${
      shown(samples.at(-1)!, 0)
    } after; over the second half ${shown(slope(late) * 60, 1)} MB a minute.`,
  );
}

const prices = tickSeconds === null ? null : realPrices();
await onEachDatabase(given.only, async (kind, settings) => {
  const market = prices === null ? null : new GrowingMarket(prices, join(settings.DATA_DIR, "market.csv"));
  await market?.write();
  await using server = await startServerProcess([main], {
    PORT: "0",
    HOST: "127.0.0.1",
    MARKET_DATA: market ? `csv:${market.path}` : "simulated",
    AUTOMATION: "off",
    LOG_LEVEL: "info",
    ...settings,
    DATA_DIR: join(settings.DATA_DIR, "data"),
  });
  await measure(kind, { server, databaseUrl: settings.DATABASE_URL || null, market });
});
Deno.exit();
