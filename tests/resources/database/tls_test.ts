import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseOpenError, openPostgres } from "../../../resources/database/mod.ts";
import { opensslAvailable, postgresBinaries, type PostgresServer, startServer } from "../../support/postgres_server.ts";

const ignore = postgresBinaries === null || !opensslAvailable;

function addressOf(server: PostgresServer, query: string): string {
  return server.url.replace("127.0.0.1", "localhost") + query;
}

/** Whether the connection is secured. */
async function isSecured(databaseUrl: string): Promise<boolean> {
  const database = await openPostgres({ databaseUrl, retryDelaysMs: [] });
  try {
    return (await database.sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`)[0]!.ssl;
  } finally {
    await database.close();
  }
}

async function refusal(databaseUrl: string): Promise<string> {
  const error = await openPostgres({ databaseUrl, retryDelaysMs: [] }).then(() => null, (error) => error);
  assert.ok(error instanceof DatabaseOpenError, String(error));
  return error.message;
}

Deno.test({
  name: "openPostgres() secures the connection as sslmode says, or says in a sentence why it cannot",
  ignore,
  async fn(t) {
    const folder = () => join(tmpdir(), `tandem-${crypto.randomUUID()}`);
    const secure = await startServer({ folder: folder(), tls: true });
    const plain = await startServer({ folder: folder() });
    const ca = `sslrootcert=${encodeURIComponent(secure.authority)}`;
    try {
      await t.step("with a server that has TLS", async () => {
        const modes: [query: string, secured: boolean][] = [
          ["?sslmode=disable", false],
          ["?sslmode=prefer", true],
          ["?sslmode=require", true],
          [`?sslmode=require&${ca}`, true],
          [`?sslmode=verify-ca&${ca}`, true],
          [`?sslmode=verify-full&${ca}`, true],
          [`?sslmode=require&channel_binding=require&${ca}`, true],
        ];
        for (const [query, secured] of modes) assert.equal(await isSecured(addressOf(secure, query)), secured, query);
      });
      await t.step("with an untrusted certificate, or one of another host", async () => {
        const untrusted =
          /could not be secured \(.*\)\. Set the certificate authority .* sslrootcert=PATH, or leave out channel_binding/;
        assert.match(await refusal(addressOf(secure, "?sslmode=verify-full")), untrusted);
        // As a managed PostgreSQL hands it out.
        assert.match(await refusal(addressOf(secure, "?sslmode=require&channel_binding=require")), untrusted);
        const byAddress = `${secure.url}?sslmode=verify-full&${ca}`;
        assert.match(await refusal(byAddress), /could not be secured \(.*(altnames|127\.0\.0\.1)/);
        assert.equal(await isSecured(byAddress.replace("verify-full", "verify-ca")), true);
      });
      await t.step("with a server without TLS", async () => {
        assert.equal(await isSecured(addressOf(plain, "?sslmode=prefer")), false);
        assert.match(
          await refusal(addressOf(plain, "?sslmode=require")),
          /the server does not offer TLS, which sslmode=require requires\. Enable it there .* or use sslmode=disable/,
        );
      });
      await t.step("of several hosts it takes the first that answers and takes writes", async () => {
        const gone = new URL(plain.url);
        await secure.halt("fast");
        const [one, other] = [new URL(secure.url).host, gone.host];
        const database = await openPostgres({
          databaseUrl: `postgres://postgres@${one},${other}/postgres?target_session_attrs=read-write`,
          retryDelaysMs: [],
        });
        assert.equal((await database.sql`select inet_server_port() as port`)[0]!.port, Number(gone.port));
        await database.sql.unsafe("alter system set default_transaction_read_only = on");
        await database.sql`select pg_reload_conf()`;
        await database.close();
        assert.match(
          await refusal(`postgres://postgres@${other}/postgres`),
          /the server accepts no writes; it is a standby, or .* Name the primary, or several servers/,
        );
        await secure.resume();
        const both = await openPostgres({
          databaseUrl: `postgres://postgres@${other},${one}/postgres`,
          retryDelaysMs: [],
        });
        assert.equal((await both.sql`select inet_server_port() as port`)[0]!.port, Number(new URL(secure.url).port));
        await both.close();
      });
      await t.step("with something else that listens there", async () => {
        const web = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response("hello"));
        const url = `postgres://postgres@127.0.0.1:${web.addr.port}/postgres?connect_timeout=2`;
        assert.match(
          await refusal(`${url}&sslmode=require`),
          /the program on 127\.0\.0\.1 port \d+ is not a PostgreSQL server/,
        );
        await web.shutdown();
      });
    } finally {
      await secure.stop();
      await plain.stop();
    }
  },
});
