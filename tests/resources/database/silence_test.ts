/** What silence of the server means: it works, the connection is dead, or the database is away. */
import assert from "node:assert/strict";
import { type Database, databaseErrorKind, openPostgres } from "../../../resources/database/mod.ts";
import { createTestDatabase, postgresAvailable } from "../../support/database.ts";
import { FaultyProxy } from "../../support/faulty_proxy.ts";

const ignore = !postgresAvailable;
/** A tenth of the usual, so that tests need not wait; what is ten times as patient is only more so. */
const limits = { tickMs: 25, suspectMs: 75, awayMs: 175, giveUpMs: 2_200, retryMs: 100, trustMs: 100 };

interface Place {
  /** Through the proxy. */
  url: string;
  database: Database;
  direct: Database;
  proxy: FaultyProxy;
}

async function beforeServer(test: (at: Place) => Promise<void>) {
  const { url, drop } = await createTestDatabase({ migrated: false });
  try {
    const proxied = new URL(url);
    await using proxy = await FaultyProxy.before({ hostname: proxied.hostname, port: Number(proxied.port) });
    proxied.port = String(proxy.port);
    const direct = await openPostgres({ databaseUrl: url });
    try {
      const database = await openPostgres({ databaseUrl: proxied.href, limits });
      try {
        await test({ url: proxied.href, database, direct, proxy });
      } finally {
        await database.close();
      }
    } finally {
      await direct.close();
    }
  } finally {
    await drop();
  }
}

Deno.test({
  name: "Reach lets the server work in silence for as long as it likes",
  ignore,
  fn: () =>
    beforeServer(async ({ database: { sql, session }, direct }) => {
      await sql`create table t (a integer)`;
      const holder = direct.session();
      await holder`select pg_advisory_lock(1, 1)`;
      const waiter = session();
      // Longer than a silence that cannot be explained may last.
      const [slept] = await Promise.all([
        sql`select pg_sleep(3)::text, 1 as done`,
        sql.begin(async (tx) => {
          await tx`insert into t select 1 from pg_sleep(3)`;
        }),
        waiter`select pg_advisory_lock(1, 1)`,
        new Promise((resolve) => setTimeout(resolve, 3_000)).then(() => holder.end()),
        sql.begin(async (tx) => {
          const sink = await tx.unsafe("copy t from stdin").writable();
          sink.write("2\n");
          // The server waits for its client, and owes it nothing.
          await new Promise((resolve) => setTimeout(resolve, 3_000));
          await new Promise<void>((resolve, reject) => {
            sink.once("error", reject);
            sink.once("finish", resolve);
            sink.end("3\n");
          });
        }),
      ]);
      assert.equal(slept[0]!.done, 1);
      assert.deepEqual((await sql`select a from t order by a`).map(({ a }) => a), [1, 2, 3]);
      await waiter.end();
    }),
});

Deno.test({
  name: "Reach gives a connection up whose server waits for its client, though others work",
  ignore,
  fn: () =>
    beforeServer(async ({ database: { sql }, direct, proxy }) => {
      await sql`select 1`;
      // Only what the server answers is lost: it has done what it was asked, and waits for more.
      proxy.set("swallow", "toClient");
      const lost = sql`select 'unheard'`.then(() => null, (error) => error);
      const isAnswered = async () =>
        (await direct.sql`select from pg_stat_activity where query = ${"select 'unheard'"} and state = 'idle'`).length >
          0;
      while (!await isAnswered());
      await new Promise((resolve) => setTimeout(resolve, 20));
      proxy.set("pass");
      const begunAt = performance.now();
      assert.equal(databaseErrorKind(await lost), "lost");
      assert.ok(performance.now() - begunAt < limits.giveUpMs);
      assert.equal((await sql`select 2 as n`)[0]!.n, 2);
    }),
});

Deno.test({
  name: "Reach reports that the database is away, closes connections that cannot be checked, and reports its return",
  ignore,
  fn: () =>
    beforeServer(async ({ database: { sql, awaySignal }, proxy }) => {
      await sql`select 1`;
      const signal = awaySignal();
      assert.equal(signal.aborted, false);
      proxy.set("swallow");
      const begunAt = performance.now();
      const lost = sql`select 1`.then(() => null, (error) => error);
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      const awayMs = performance.now() - begunAt;
      assert.equal(databaseErrorKind(signal.reason), "lost");
      assert.equal(databaseErrorKind(await lost), "lost");
      const givenUpMs = performance.now() - begunAt;
      assert.ok(awayMs < givenUpMs && givenUpMs >= limits.giveUpMs, `${awayMs}, ${givenUpMs}`);
      assert.equal(awaySignal().aborted, true);
      proxy.forget();
      proxy.set("pass");
      // Automatically, without a query.
      for (let tries = 0; awaySignal().aborted; tries++) {
        assert.ok(tries < 200);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      assert.equal((await sql`select 3 as n`)[0]!.n, 3);
    }),
});

Deno.test({
  name: "Reach connects again where a later attempt got through before the first",
  ignore,
  fn: () =>
    beforeServer(async ({ url, proxy }) => {
      proxy.set("swallow");
      const before = proxy.connections;
      const opening = openPostgres({ databaseUrl: url, limits });
      while (proxy.connections === before) await new Promise((resolve) => setTimeout(resolve, 5));
      // The first attempt is lost on its way for good, and those after it are not.
      proxy.forget();
      proxy.set("pass");
      const database = await opening;
      assert.equal((await database.sql`select 4 as n`)[0]!.n, 4);
      await database.close();
    }),
});

Deno.test({
  name:
    "sessions ask the server to let go of clients that vanish, and for the isolation that statements are written for",
  ignore,
  async fn() {
    const { url, drop } = await createTestDatabase({ migrated: false });
    try {
      const name = new URL(url).pathname.slice(1);
      const plain = await openPostgres({ databaseUrl: url });
      await plain.sql.unsafe(`alter database ${name} set default_transaction_isolation = 'serializable'`);
      await plain.close();
      const options = encodeURIComponent("-c idle_in_transaction_session_timeout=90000");
      const database = await openPostgres({ databaseUrl: `${url}?options=${options}` });
      try {
        const [row] = await database.sql`
          select current_setting('tcp_keepalives_idle')::int + current_setting('tcp_keepalives_interval')::int *
                   current_setting('tcp_keepalives_count')::int as silent_s,
                 current_setting('tcp_user_timeout') as unanswered, current_setting('client_connection_check_interval') as look,
                 current_setting('idle_in_transaction_session_timeout') as idle,
                 current_setting('transaction_isolation') as isolation`;
        assert.match(row!.unanswered, /^20(000|s)$/);
        assert.deepEqual({ ...row, unanswered: null }, {
          silent_s: 22,
          unanswered: null,
          look: "2s",
          // The operator has configured another one.
          idle: "90s",
          isolation: "read committed",
        });
      } finally {
        await database.close();
      }
    } finally {
      await drop();
    }
  },
});
