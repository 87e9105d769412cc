import { join } from "node:path";
import { tmpdir } from "node:os";
import postgres from "postgres";
import { type PostgresServer, startServer } from "../../tests/support/postgres_server.ts";
import { writeBars } from "../../tests/support/service_kills.ts";
import { ServiceProcess } from "../../tests/support/service_process.ts";

export const pause = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1_000));

/** A server process of Tandem under test. */
export interface Server {
  process: ServiceProcess;
  url: string;
}

export interface ServeOptions {
  environment?: Record<string, string>;
  flags?: readonly string[];
  /** The server's database URL, if it differs. */
  databaseUrl?: string;
}

/** Recovery after a fault. */
export interface Recovery {
  /** Seconds until every server was ready, every open run had resumed and schedules fired. */
  goesOnSeconds: number | null;
  /** Seconds until no run was open, all had succeeded, and each server had completed a new one. */
  settledSeconds: number | null;
  /** What had not recovered at the end; empty if everything had. */
  missing: string;
}

/**
 * A PostgreSQL server with a database in which everything is fresh; each trial gets a copy. It is durable: without that, an
 * immediate stop loses confirmed commits, from which no service can recover.
 */
export class TestServer implements AsyncDisposable {
  private constructor(readonly server: PostgresServer, readonly folder: string) {}

  static async open(): Promise<TestServer> {
    const folder = join(tmpdir(), `tandem-faults-${crypto.randomUUID().slice(0, 8)}`);
    const cluster = new TestServer(await startServer({ folder, fsync: true }), folder);
    await cluster.#administer("CREATE DATABASE filled");
    const work = await Deno.makeTempDir();
    try {
      await writeBars(cluster.bars, 0);
      // Each tick would start a run until the first is done.
      const settings = { ...cluster.settings, DAILY_SCHEDULE: "0 0 1 1 *" };
      await using process = new ServiceProcess({ DATABASE_URL: cluster.urlOf("filled"), DATA_DIR: work, ...settings });
      const url = await process.url;
      await until(() => isFilled(url), 600);
      process.signal("SIGTERM");
      await process.ended();
    } finally {
      await Deno.remove(work, { recursive: true });
    }
    return cluster;
  }

  get bars(): string {
    return join(this.folder, "bars.csv");
  }

  /** As many distinguishable ticks as possible, and no other automatic runs. */
  get settings(): Record<string, string> {
    return {
      DAILY_SCHEDULE: "*/5 * * * * *",
      SCHEDULE_TIME_ZONE: "UTC",
      AUTOMATION: "off",
      MARKET_DATA: `csv:${this.bars}`,
    };
  }

  urlOf(name: string): string {
    const url = new URL(this.server.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** A stage on a new database: a copy of the filled one, or empty. */
  async stage({ empty = false, more = "" } = {}): Promise<Stage> {
    const name = `trial_${crypto.randomUUID().slice(0, 8)}`;
    // The other strategy, from PostgreSQL 15 on, copies sequences such that a crash takes back numbers that they have issued since.
    await this.#administer(`CREATE DATABASE ${name} ${empty ? "" : "TEMPLATE filled STRATEGY file_copy"} ${more}`);
    return new Stage(this, name, await Deno.makeTempDir());
  }

  async drop(name: string): Promise<void> {
    await this.#administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }

  async #administer(statement: string): Promise<void> {
    const sql = postgres(this.server.url, { max: 1, onnotice: () => {} });
    try {
      await sql.unsafe(statement);
    } finally {
      await sql.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
  }
}

/** One trial: a database, its servers, and an observer of both. */
export class Stage implements AsyncDisposable {
  readonly servers: Server[] = [];
  /** A connection past every fault except one of the database itself. */
  readonly sql: postgres.Sql;

  constructor(readonly cluster: TestServer, readonly name: string, readonly folder: string) {
    this.sql = postgres(this.url, {
      max: 2,
      onnotice: () => {},
      connect_timeout: 5,
      connection: { application_name: "looker" },
    });
  }

  get url(): string {
    return this.cluster.urlOf(this.name);
  }

  async serve({ environment = {}, flags, databaseUrl = this.url }: ServeOptions = {}): Promise<Server> {
    const process = new ServiceProcess(
      { DATABASE_URL: databaseUrl, DATA_DIR: this.folder, ...this.cluster.settings, ...environment },
      flags,
    );
    const server = { process, url: "" };
    this.servers.push(server);
    server.url = await process.url;
    return server;
  }

  /** Starts a run and returns its id. */
  async run({ url }: Server, selection = "*"): Promise<number> {
    const response = await fetch(`${url}/v1/materialize`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ selection, force: true }),
      signal: AbortSignal.timeout(20_000),
    });
    const body = await response.json();
    if (response.status !== 202) throw new Error(`POST answered ${response.status}: ${JSON.stringify(body)}`);
    return body.id;
  }

  /** Waits until a step of the run is running. */
  async running(runId: number): Promise<void> {
    await until(async () => {
      const rows = await this.sql`SELECT FROM engine.step WHERE run_id = ${runId} AND status = 'running'`;
      return rows.length > 0;
    }, 60);
  }

  /** Waits until a server is in the middle of a forced run of everything, and stops its process then. */
  async freezeInRun(server: Server): Promise<number> {
    for (;;) {
      const runId = await this.run(server);
      await this.running(runId);
      await pause(Math.random());
      server.process.signal("SIGSTOP");
      const [open] = await this.sql`SELECT FROM engine.run WHERE id = ${runId} AND finished_at IS NULL`;
      if (open) return runId;
      // The run had ended before.
      server.process.signal("SIGCONT");
    }
  }

  /** Terminates connections of Tandem to the database; returns their number. */
  async terminate(which = "true", { limit = 1_000 } = {}): Promise<number> {
    const ended = await this.sql.unsafe(`
      SELECT pg_terminate_backend(pid) FROM (
        SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND application_name <> 'looker' AND ${which} ORDER BY random() LIMIT ${limit}) s`);
    return ended.length;
  }

  /** Polls until everything has resumed and no run is open, or the time is up. */
  async recovery(servers: readonly Server[], patienceSeconds: number): Promise<Recovery> {
    const begun = performance.now();
    const seconds = () => (performance.now() - begun) / 1_000;
    const [since] = await this.#patiently(() => this.sql<{ at: string }[]>`SELECT clock_timestamp()::text AS at`);
    let goesOnSeconds: number | null = null;
    let probes: number[] | undefined;
    let missing = "";
    while (seconds() < patienceSeconds) {
      missing = await this.#missing(servers, since!.at).catch((error) => `looking: ${error}`);
      if (missing === "") goesOnSeconds ??= seconds();
      if (missing === "") {
        probes ??= await Promise.all(servers.map((server) => this.run(server, "raw_tickers"))).catch((error) => {
          missing = `asking for more: ${error}`;
          return undefined;
        });
        if (probes) missing = await this.#left().catch((error) => `looking: ${error}`);
        if (probes && missing === "") return { goesOnSeconds, settledSeconds: seconds(), missing };
      }
      await pause(0.1);
    }
    return { goesOnSeconds, settledSeconds: null, missing };
  }

  /** Runs that have not resumed yet. */
  async #missing(servers: readonly Server[], since: string): Promise<string> {
    for (const [i, { url }] of servers.entries()) {
      const { status } = await get(`${url}/readyz`);
      if (status !== 200) return `/readyz of server ${i + 1} answers ${status}`;
    }
    const [tick] = await this
      .sql`SELECT FROM engine.schedule_tick WHERE schedule = 'daily' AND fired_at > ${since}::text::timestamptz LIMIT 1`;
    if (!tick) return "no schedule has fired";
    const still = await this.sql<{ id: number }[]>`
      SELECT id FROM engine.run r WHERE status IN ('running', 'interrupted')
        AND NOT EXISTS (SELECT FROM engine.event e WHERE e.run_id = r.id AND e.at > ${since}::text::timestamptz)`;
    return still.length === 0 ? "" : `runs ${still.map(({ id }) => id)} do not go on`;
  }

  /** Runs that should have succeeded and have not. */
  async #left(): Promise<string> {
    const rows = await this.sql<{ id: number; status: string; steps: string }[]>`
      SELECT r.id, r.status, (SELECT string_agg(s.key || ' ' || s.status || coalesce(': ' || (s.error->>'message'), ''), '; ')
        FROM engine.step s WHERE s.run_id = r.id AND s.status NOT IN ('succeeded', 'up_to_date')) AS steps
      FROM engine.run r WHERE r.status <> 'succeeded' ORDER BY r.id`;
    if (rows.length > 0) return rows.map(({ id, status, steps }) => `run ${id} is ${status} (${steps})`).join(", ");
    const [{ n }] = await this.sql<
      [{ n: number }]
    >`SELECT count(*)::integer AS n FROM engine.step WHERE status = 'running'`;
    return n === 0 ? "" : `${n} steps run without a process`;
  }

  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (let tries = 1;; tries++) {
      try {
        return await ask();
      } catch (error) {
        if (tries > 100) throw error;
        await pause(0.1);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map(({ process }) => process[Symbol.asyncDispose]()));
    await this.sql.end({ timeout: 1 });
    await this.cluster.drop(this.name);
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Responses of servers during a fault. */
export interface Seen {
  healthz: Set<number>;
  readyz: Set<number>;
  reads: Set<number>;
  longestReadSeconds: number;
}

/** Polls servers while `work` lasts. */
export async function watching(servers: readonly Server[], work: () => Promise<void>): Promise<Seen> {
  const seen: Seen = { healthz: new Set(), readyz: new Set(), reads: new Set(), longestReadSeconds: 0 };
  let over = false;
  const watch = async (url: string) => {
    while (!over) {
      await Promise.all([
        get(`${url}/healthz`).then(({ status }) => seen.healthz.add(status)),
        get(`${url}/readyz`).then(({ status }) => seen.readyz.add(status)),
        ...["/v1/assets", "/", "/v1/runs"].map(async (path) => {
          const { status, seconds } = await get(url + path);
          seen.reads.add(status);
          seen.longestReadSeconds = Math.max(seen.longestReadSeconds, seconds);
        }),
      ]);
      await pause(0.4);
    }
  };
  const watchers = servers.map(({ url }) => watch(url));
  try {
    await work();
  } finally {
    over = true;
    await Promise.all(watchers);
  }
  return seen;
}

/** Whether the first run has succeeded. */
export async function isFilled(url: string): Promise<boolean> {
  const { status, text } = await get(`${url}/v1/runs/1`);
  return status === 200 && JSON.parse(text).status === "succeeded";
}

/** Status 0 means no response. */
export async function get(url: string): Promise<{ status: number; seconds: number; text: string }> {
  const begun = performance.now();
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
    const text = await response.text();
    return { status: response.status, seconds: (performance.now() - begun) / 1_000, text };
  } catch (error) {
    return { status: 0, seconds: (performance.now() - begun) / 1_000, text: String(error) };
  }
}

/** @throws If the condition is not met in time. */
export async function until(holds: () => boolean | Promise<boolean>, patienceSeconds: number): Promise<void> {
  const deadline = performance.now() + patienceSeconds * 1_000;
  while (!await holds()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${patienceSeconds} s.`);
    await pause(0.1);
  }
}
