import assert from "node:assert/strict";
import { DatabaseOpenError, migrate, openPostgres } from "../../../resources/database/mod.ts";
import { createTestDatabase, postgresAvailable } from "../../support/database.ts";
import { pgbouncer, withPooler } from "../../support/pgbouncer.ts";

const ignore = !postgresAvailable || pgbouncer === null;
const MIGRATIONS = new URL("../../../sql/migrations/", import.meta.url);

const modes: Record<string, Record<string, string | number>> = {
  "in transaction mode": { pool_mode: "transaction" },
  "in transaction mode, taking turns": { pool_mode: "transaction", server_round_robin: 1, min_pool_size: 5 },
  "in transaction mode, taking turns among two": {
    pool_mode: "transaction",
    server_round_robin: 1,
    max_db_connections: 2,
  },
  "in transaction mode, for an application of one connection": { pool_mode: "transaction", min_pool_size: 3 },
  "in transaction mode, with one session": { pool_mode: "transaction", default_pool_size: 1 },
  "in statement mode": { pool_mode: "statement" },
};

for (const [mode, settings] of Object.entries(modes)) {
  Deno.test({
    name: `openPostgres() refuses a pooler ${mode} before anything is made`,
    ignore,
    async fn() {
      const { url, drop } = await createTestDatabase({ migrated: false });
      try {
        await withPooler({ databaseUrl: url, settings }, async (given) => {
          // As some providers hand it out.
          const pooled = mode.endsWith("of one connection") ? `${given}?pgbouncer=true&connection_limit=1` : given;
          // Others come and go meanwhile, so that more sessions than one lie about.
          const traffic = new AbortController();
          const others = settings.default_pool_size === 1 || settings.max_db_connections === 2
            ? []
            : [1, 2].map(() => keepBusy(given, traffic.signal));
          // With one session each opening waits out its patience, and nothing is left to chance.
          const openings = settings.default_pool_size === 1 ? 1 : 5;
          for (let i = 0; i < openings; i++) {
            await assert.rejects(openPostgres({ databaseUrl: pooled, retryDelaysMs: [] }), (error) => {
              assert.ok(error instanceof DatabaseOpenError, String(error));
              assert.match(error.message, /connection pooler in (transaction|statement) mode.*direct address/);
              return true;
            });
          }
          traffic.abort();
          await Promise.all(others);
        });
        const direct = await openPostgres({ databaseUrl: url });
        const [found] = await direct.sql`select count(*) as n from pg_namespace where nspname in ('engine', 'raw')`;
        await direct.close();
        assert.equal(found!.n, 0);
      } finally {
        await drop();
      }
    },
  });
}

Deno.test({
  name: "openPostgres() works through a pooler in session mode, locks included",
  ignore,
  async fn() {
    const { url, drop } = await createTestDatabase({ migrated: false });
    try {
      await withPooler({ databaseUrl: url, settings: { pool_mode: "session" } }, async (pooled) => {
        const database = await openPostgres({ databaseUrl: pooled });
        try {
          await migrate(database, MIGRATIONS);
          const session = database.session();
          await session`select pg_advisory_lock(1, 2)`;
          const free = async () => (await database.sql`select pg_try_advisory_xact_lock(1, 2) as free`)[0]!.free;
          assert.equal(await free(), false);
          await database.sql.begin((tx) =>
            database.insertColumns(tx, "public.nothing", [], {}).catch(() => {}).then(() => tx`select ${1}::int as one`)
          );
          await session.end();
          for (let tries = 0; !await free(); tries++) {
            assert.ok(tries < 50);
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        } finally {
          await database.close();
        }
      });
    } finally {
      await drop();
    }
  },
});

async function keepBusy(url: string, signal: AbortSignal): Promise<void> {
  const { default: postgres } = await import("postgres");
  const sql = postgres(url, { max: 2, fetch_types: false, prepare: false });
  try {
    while (!signal.aborted) await sql.unsafe("select pg_sleep(0.003)").catch(() => {});
  } finally {
    await sql.end({ timeout: 1 });
  }
}
