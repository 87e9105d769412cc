import assert from "node:assert/strict";
import { DatabaseOpenError, openDatabase, openPostgres } from "../../../resources/database/mod.ts";
import { silentLogger } from "../../../engine/mod.ts";
import { FaultyProxy } from "../../support/faulty_proxy.ts";
import {
  createTestDatabase,
  postgresAvailable,
  postgresBinaries,
  startServer,
  withPostgres,
} from "../../support/database.ts";

const SECRET = "hunter2";

/** What {@link openPostgres} says about a URL, which must be everything but the password. */
async function refusal(databaseUrl: string): Promise<string> {
  let message = "";
  await assert.rejects(openPostgres({ databaseUrl, retryDelaysMs: [1, 1] }), (error) => {
    assert.ok(error instanceof DatabaseOpenError, String(error));
    message = error.message;
    return true;
  });
  assert.ok(message.includes("DATABASE_URL"), message);
  assert.ok(!message.includes(SECRET), message);
  return message;
}

Deno.test("openPostgres() explains a URL that is none", async () => {
  assert.match(await refusal(`nonsense ${SECRET}`), /is not a URL\. It should look like postgres:\/\//);
  assert.match(await refusal(`mysql://tandem:${SECRET}@localhost/x`), /starts with mysql:\/\/ where postgres/);
});

Deno.test("openPostgres() explains that nothing listens, after a few attempts", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const message = await refusal(`postgres://tandem:${SECRET}@127.0.0.1:${port}/prices`);
  assert.equal(
    message,
    `DATABASE_URL postgres://127.0.0.1:${port}/prices cannot be opened: nothing listens on 127.0.0.1 port ${port}. ` +
      "Start the server, or correct host and port.",
  );
});

Deno.test("openPostgres() says how long it waited for which host", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${listener.addr.port}`;
  const message = await refusal(`postgres://tandem:${SECRET}@${host}/prices?connect_timeout=1`);
  assert.match(
    message,
    new RegExp(
      `cannot be opened: ${host} did not answer within 1\\.\\d s\\. Correct host and port, or let the firewall pass\\.$`,
    ),
  );
});

Deno.test({
  name: "openPostgres() tries again where a server that is busy did not answer in time",
  ignore: !postgresAvailable,
  async fn() {
    const { url, drop } = await createTestDatabase({ migrated: false });
    try {
      const databaseUrl = new URL(url);
      await using proxy = await FaultyProxy.before({ hostname: databaseUrl.hostname, port: Number(databaseUrl.port) });
      databaseUrl.port = String(proxy.port);
      databaseUrl.searchParams.set("connect_timeout", "1");
      proxy.set("hold");
      const warned: string[] = [];
      const logger = {
        ...silentLogger,
        warn(message: string) {
          warned.push(message);
          if (message.includes("next attempt")) proxy.set("pass");
        },
      };
      const database = await openPostgres({
        databaseUrl: databaseUrl.href,
        retryDelaysMs: [1],
        logger,
        // No other attempt beside it.
        limits: { retryMs: 60_000 },
      });
      await database.close();
      assert.match(
        warned.join(),
        /does not answer yet \(127\.0\.0\.1:\d+ did not answer within 1\.\d s\); next attempt in 1 ms/,
      );
    } finally {
      await drop();
    }
  },
});

Deno.test("openPostgres() explains that the host is not known", async () => {
  assert.match(
    await refusal(`postgres://tandem:${SECRET}@no-such-host.invalid/prices`),
    /no-such-host\.invalid is not known/,
  );
});

Deno.test({
  name: "openPostgres() explains that the database is missing",
  ignore: !postgresAvailable,
  async fn() {
    const { url, drop } = await createTestDatabase();
    await drop();
    const name = new URL(url).pathname.slice(1);
    assert.match(await refusal(url), new RegExp(`there is no database ${name}\\. Create it \\(createdb ${name}\\)`));
  },
});

Deno.test({
  name: "openPostgres() explains that user or password is wrong",
  ignore: !postgresAvailable,
  async fn() {
    const { url, drop } = await createTestDatabase();
    try {
      const wrong = new URL(url);
      wrong.username = "nobody_of_that_name";
      wrong.password = SECRET;
      assert.match(await refusal(wrong.href), /refuses user nobody_of_that_name\. Correct user and password\./);
    } finally {
      await drop();
    }
  },
});

Deno.test({
  name: "openDatabase() opens DATABASE_URL as application tandem and hides the password in its location",
  ignore: !postgresAvailable,
  async fn() {
    const { url, drop } = await createTestDatabase();
    const withPassword = new URL(url);
    withPassword.password ||= SECRET;
    const database = await openDatabase({ databaseUrl: withPassword.href, dataDir: "/nowhere" });
    try {
      assert.equal(database.kind, "postgres");
      assert.equal(database.location, `postgres://${withPassword.host}${withPassword.pathname}`);
      const [row] = await database.sql`
        select current_setting('application_name') as name, current_setting('timezone') as zone, now() as at`;
      assert.deepEqual([row!.name, row!.zone], ["tandem", "UTC"]);
      assert.match(row!.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    } finally {
      await database.close();
      await drop();
    }
  },
});

Deno.test({
  name: "begin() uses read committed, not the default of the session, unless it names another isolation level",
  ignore: !postgresAvailable,
  fn: () =>
    withPostgres(async ({ session }) => {
      const sql = session();
      try {
        await sql`SELECT set_config('default_transaction_isolation', 'serializable', false)`;
        const isolation = async (tx: typeof sql) => (await tx`SHOW transaction_isolation`)[0]!.transaction_isolation;
        assert.equal(await isolation(sql), "serializable");
        assert.equal(await sql.begin((tx) => isolation(tx as unknown as typeof sql)), "read committed");
        assert.equal(await sql.begin("READ ONLY", (tx) => isolation(tx as unknown as typeof sql)), "read committed");
        const mode = "ISOLATION LEVEL REPEATABLE READ READ ONLY";
        assert.equal(await sql.begin(mode, (tx) => isolation(tx as unknown as typeof sql)), "repeatable read");
      } finally {
        await sql.end();
      }
    }),
});

Deno.test({
  name: "openPostgres() continues after the server has crashed and come back, with what was committed",
  ignore: postgresBinaries === null,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "tandem-restart-" });
    await Deno.chmod(folder, 0o755);
    const server = await startServer({ folder: `${folder}/server`, fsync: true });
    try {
      const database = await openPostgres({ databaseUrl: server.url });
      try {
        await database.sql`create table t (a integer)`;
        await database.sql`insert into t values (1)`;
        await server.restart("immediate");
        // The pool finds out by the first query that its connection is gone.
        await database.sql`select 1`.catch(() => {});
        assert.equal((await database.sql`select a from t`)[0]!.a, 1);
      } finally {
        await database.close();
      }
    } finally {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
