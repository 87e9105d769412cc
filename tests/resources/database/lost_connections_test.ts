/**
 * Connections that end in every state, by every cause, with and without TLS. After each: the caller was told, in time, by an error that is
 * recognised; the pool has all its connections again; and no uncaught error was thrown, which would end this process and with it the tests.
 */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { type Database, databaseErrorKind, openPostgres } from "../../../resources/database/mod.ts";
import { FaultyProxy } from "../../support/faulty_proxy.ts";
import { opensslAvailable, postgresBinaries, type PostgresServer, startServer } from "../../support/postgres_server.ts";

const POOL_SIZE = 10;

/** A server, a proxy before it, and who acts on the server past the proxy. */
interface Ground {
  server: PostgresServer;
  proxy: FaultyProxy;
  database: Database;
  direct: Database;
}

/** Where a caller is when its connection ends. */
interface State {
  /**
   * Goes there, calls `there`, and stays until the connection is lost: what it gives is what the caller is told.
   * `lost` resolves once the fault has happened.
   */
  enter(ground: Ground, at: { there(): void; lost: Promise<void> }): Promise<unknown>;
  /** Whether the fault must come while the proxy holds what is sent. */
  held?: boolean;
}

/** Much longer than the loss of a connection may stay unnoticed, but for losses that only show once the server has answered. */
const LONG = "pg_sleep((select seconds from patience))";

const states: Record<string, State> = {
  "in a query": {
    enter: ({ database: { sql } }, { there }) => now(there, sql.unsafe(`select ${LONG}`)),
  },
  "in a query with parameters": {
    enter: ({ database: { sql } }, { there }) => now(there, sql`select ${"a"}::text, pg_sleep(seconds) from patience`),
  },
  "in a query of a transaction": {
    enter: ({ database: { sql } }, { there }) =>
      sql.begin((tx) => now(there, tx`select pg_sleep(seconds), ${1}::int from patience`)),
  },
  "in several queries of a transaction": {
    enter: ({ database: { sql } }, { there }) =>
      sql.begin((tx) =>
        now(
          there,
          Promise.all([tx`select pg_sleep(seconds), ${1}::int from patience`, tx`select ${1}::int`, tx`select 2`]),
        )
      ),
  },
  "in a query whose error the transaction does not look at": {
    enter: ({ database: { sql } }, { there }) =>
      sql.begin(async (tx) => {
        await now(there, tx`select pg_sleep(seconds), ${1}::int from patience`).catch(() => {});
      }),
  },
  "idle in a transaction": {
    enter: ({ database: { sql } }, { there, lost }) =>
      sql.begin(async (tx) => {
        await tx`select 1`;
        there();
        await lost;
        await tx`select ${2}::int`;
      }),
  },
  "in a savepoint": {
    enter: ({ database: { sql } }, { there }) =>
      sql.begin((tx) => tx.savepoint((inner) => now(there, inner`select pg_sleep(seconds), ${1}::int from patience`))),
  },
  "idle in a savepoint": {
    enter: ({ database: { sql } }, { there, lost }) =>
      sql.begin((tx) =>
        tx.savepoint(async (inner) => {
          await inner`select 1`;
          there();
          await lost;
        })
      ),
  },
  "in a commit": {
    enter: ({ database: { sql } }, { there }) =>
      sql.begin(async (tx) => {
        await tx`insert into slow_to_commit values (1)`;
        there();
      }),
  },
  "in a commit that has not arrived": {
    held: true,
    enter: ({ database: { sql }, proxy }, { there }) =>
      sql.begin(async (tx) => {
        await tx`select 1`;
        proxy.set("hold");
        there();
      }),
  },
  "in a rollback that has not arrived": {
    held: true,
    enter: ({ database: { sql }, proxy }, { there }) =>
      sql.begin(async (tx) => {
        await tx`select 1`;
        proxy.set("hold");
        there();
        // What the caller is told is why it rolled back; the connection is another matter.
        throw Object.assign(new Error("rolled back"), { cause: new Error() });
      }),
  },
  "in COPY to the server": {
    enter: ({ database: { sql } }, { there, lost }) =>
      sql.begin(async (tx) => {
        const sink = await tx.unsafe("copy copied from stdin").writable();
        sink.write("1\n");
        there();
        await lost;
        await written(sink);
      }),
  },
  "in COPY to the server outside a transaction": {
    enter: async ({ database: { sql } }, { there, lost }) => {
      const sink = await sql.unsafe("copy copied from stdin").writable();
      sink.write("1\n");
      there();
      await lost;
      await written(sink);
    },
  },
  "in COPY from the server": {
    enter: ({ database: { sql } }, { there }) =>
      sql.begin(async (tx) => {
        const source = await tx.unsafe(`copy (select a, case when a = 19000 then ${LONG} end from many) to stdout`)
          .readable();
        await now(there, source.toArray());
      }),
  },
  "in COPY from the server, which is read slowly": {
    enter: ({ database: { sql } }, { there, lost }) =>
      sql.begin(async (tx) => {
        const source = await tx.unsafe(`copy (select repeat('x', 1000) from many) to stdout`).readable();
        there();
        await lost;
        for await (const _ of source);
      }),
  },
  "in insertColumns()": {
    enter: ({ database }, { there, lost }) =>
      database.sql.begin(async (tx) => {
        await tx`lock table many in share mode`;
        there();
        await lost;
        await database.insertColumns(tx, "public.copied", [{ name: "a", type: "integer" }], {
          a: Float64Array.from({ length: 200_000 }, (_, i) => i),
        });
      }),
  },
  "in selectColumns()": {
    enter: ({ database }, { there }) =>
      now(there, database.selectColumns(`select a from many, ${LONG}`, [], [{ name: "a", type: "integer" }])),
  },
  "on a connection of its own, waiting for a lock": {
    async enter({ database }, { there }) {
      const session = database.session();
      try {
        await session`select 1`;
        await now(there, session`select pg_sleep(seconds), ${1}::int from patience`);
      } finally {
        await session.end();
      }
    },
  },
  "listening": {
    async enter({ database }, { there, lost }) {
      const session = database.session();
      try {
        await session`listen news`;
        there();
        await lost;
        await session`select 1`;
      } finally {
        await session.end();
      }
    },
  },
};

/** Waits for work, and says that it has begun when the server has had time to begin it. */
async function now<T>(there: () => void, work: PromiseLike<T>): Promise<T> {
  const timer = setTimeout(there, 50);
  return await Promise.resolve(work).finally(() => clearTimeout(timer));
}

async function written(sink: Writable): Promise<void> {
  sink.end("2\n");
  await finished(sink);
}

/** What ends connections, and does so to all that the proxy has. */
const faults: Record<string, (ground: Ground) => void | Promise<void>> = {
  "its session is ended": async ({ direct, proxy }) => {
    await direct.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'faulty'`;
    proxy.set("pass");
  },
  "its socket is reset": ({ proxy }) => {
    proxy.reset();
    proxy.set("pass");
  },
  "the other side closes its half": ({ proxy }) => {
    proxy.halfClose();
    proxy.set("pass");
  },
};

/** Noticed by silence, once the server has nothing to do for the connection. */
function dropPackets({ proxy }: Ground): void {
  proxy.forget();
  proxy.set("pass");
}

async function onGround(mode: "plain" | "TLS", test: (ground: Ground) => Promise<void>): Promise<void> {
  const server = await startServer({ folder: join(tmpdir(), `tandem-${crypto.randomUUID()}`), tls: mode === "TLS" });
  try {
    const url = new URL(server.url);
    const direct = await openPostgres({ databaseUrl: url.href });
    try {
      await direct.sql.unsafe(`
        create table patience as select 60 as seconds;
        create table many as select a from generate_series(1, 20000) a;
        create table copied (a integer);
        create table slow_to_commit (a integer);
        create function be_slow() returns trigger language plpgsql as 'begin perform ${LONG}; return null; end';
        create constraint trigger be_slow after insert on slow_to_commit
          deferrable initially deferred for each row execute function be_slow();`);
      await using proxy = await FaultyProxy.before({ hostname: "127.0.0.1", port: Number(url.port) });
      url.port = String(proxy.port);
      url.hostname = "localhost";
      url.searchParams.set("application_name", "faulty");
      if (mode === "TLS") url.searchParams.set("sslmode", "verify-full");
      if (mode === "TLS") url.searchParams.set("sslrootcert", server.authority);
      const database = await openPostgres({ databaseUrl: url.href, limits: { trustMs: 500 } });
      try {
        await test({ server, proxy, database, direct });
      } finally {
        await database.close();
      }
    } finally {
      await direct.close();
    }
  } finally {
    await server.stop();
  }
}

/** Enters a state, lets `strike` happen there, and says what the caller was told. */
async function told(
  ground: Ground,
  state: State,
  strike: Promise<void>,
): Promise<{ there: Promise<void>; error: Promise<unknown> }> {
  const { promise: there, resolve } = Promise.withResolvers<void>();
  const error = state.enter(ground, { there: resolve, lost: strike }).then(() => "nothing", (error) => error);
  await Promise.race([there, error]);
  return { there, error };
}

function assertTold(error: unknown, state: string): void {
  if (error instanceof Error && error.message === "rolled back") return;
  assert.equal(databaseErrorKind(error), "lost", `${state}: ${error}`);
}

/**
 * As many transactions at once as the pool may have connections, each on its own. Some may find their connection dead if there was no query
 * since its loss: that query fails, and a retry succeeds.
 */
async function assertWhole({ sql }: Database): Promise<void> {
  const deadline = performance.now() + 10_000;
  const all = Promise.withResolvers<void>();
  let begun = 0;
  const pid = async (): Promise<number> => {
    try {
      return await sql.begin(async (tx) => {
        const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
        if (++begun === POOL_SIZE) all.resolve();
        await all.promise;
        return row!.pid;
      });
    } catch (error) {
      if (databaseErrorKind(error) !== "lost" || performance.now() > deadline) throw error;
      return await pid();
    }
  };
  const pids = await Promise.all(Array.from({ length: POOL_SIZE }, pid));
  assert.equal(new Set(pids).size, POOL_SIZE);
}

for (const mode of ["plain", "TLS"] as const) {
  Deno.test({
    name: `openPostgres() gets over the loss of connections in every state (${mode})`,
    ignore: postgresBinaries === null || (mode === "TLS" && !opensslAvailable),
    async fn(t) {
      await onGround(mode, async (ground) => {
        const strikeAll = async (names: readonly string[], strike: (ground: Ground) => void | Promise<void>) => {
          const { promise: struck, resolve } = Promise.withResolvers<void>();
          const all = await Promise.all(names.map((name) => told(ground, states[name]!, struck)));
          await strike(ground);
          resolve();
          for (const [i, { error }] of all.entries()) assertTold(await error, names[i]!);
          await assertWhole(ground.database);
        };
        const together = Object.keys(states).filter((name) => !states[name]!.held);
        const batches = [together.slice(0, POOL_SIZE), together.slice(POOL_SIZE)];
        for (const [fault, strike] of Object.entries(faults)) {
          for (const name of Object.keys(states)) {
            await t.step(`${name}: ${fault}`, () => strikeAll([name], strike));
          }
          await t.step(`idle: ${fault}`, () => strikeAll([], strike));
          for (const names of batches) {
            await t.step(`${names.length} at once: ${fault}`, () => strikeAll(names, strike));
          }
        }
        for (const how of ["immediate", "fast"] as const) {
          for (const names of batches) {
            await t.step(`${names.length} at once: the server is restarted (${how})`, async () => {
              await strikeAll(names, () => ground.server.restart(how));
            });
          }
        }
        await ground.direct.sql`update patience set seconds = 3`;
        for (
          const names of [
            ...batches,
            ...Object.keys(states).filter((name) => states[name]!.held).map((name) => [name]),
          ]
        ) {
          await t.step(`${names.length} at once: packets are dropped`, () => strikeAll(names, dropPackets));
        }
        await t.step("idle: packets are dropped", () => strikeAll([], dropPackets));
      });
    },
  });
}
