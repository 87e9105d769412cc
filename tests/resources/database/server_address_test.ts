import assert from "node:assert/strict";
import { DatabaseOpenError } from "../../../resources/database/mod.ts";
import { readServerAddress, type ServerAddress } from "../../../resources/database/server_address.ts";

const SECRET = "hunter2";
const BASE = `postgres://ada:${SECRET}@db.example:6543/prices`;

function read(url: string, environment: Record<string, string> = {}): ServerAddress {
  return readServerAddress(url, (name) => environment[name]);
}

function refusal(url: string): string {
  let message = "";
  assert.throws(() => read(url), (error) => {
    assert.ok(error instanceof DatabaseOpenError, String(error));
    message = error.message;
    return true;
  });
  assert.ok(!message.includes(SECRET), message);
  return message;
}

Deno.test("readServerAddress() reads user, password, host, port and database, also from the environment", () => {
  const { hosts, user, password, database, text } = read(BASE);
  assert.deepEqual([hosts, user, password, database], [[{ name: "db.example", port: 6543 }], "ada", SECRET, "prices"]);
  assert.equal(text, "postgres://db.example:6543/prices");
  assert.deepEqual(read("postgres://a%40b:p%2Fw%3A%3F@[::1]/x").hosts, [{ name: "::1", port: 5432 }]);
  assert.equal(read("postgres://a%40b:p%2Fw%3A%3F@[::1]/x").password, "p/w:?");
  const bare = read("postgresql://", { PGHOST: "other", PGPORT: "7", PGUSER: "bob", PGPASSWORD: "p", PGDATABASE: "d" });
  assert.deepEqual([bare.hosts, bare.user, bare.password, bare.database], [
    [{ name: "other", port: 7 }],
    "bob",
    "p",
    "d",
  ]);
});

Deno.test("readServerAddress() reads several hosts, and Unix sockets as the providers write them", () => {
  assert.deepEqual(read("postgres://ada@one:1,two,[::1]:3/x").hosts, [
    { name: "one", port: 1 },
    { name: "two", port: 5432 },
    { name: "::1", port: 3 },
  ]);
  assert.deepEqual(read("postgres://ada@/x?host=/cloudsql/project:zone:instance").hosts, [
    { path: "/cloudsql/project:zone:instance/.s.PGSQL.5432" },
  ]);
  assert.deepEqual(read("postgres://ada@%2Fvar%2Frun/x").hosts, [{ path: "/var/run/.s.PGSQL.5432" }]);
});

Deno.test("readServerAddress() accepts the parameters of providers and other clients", () => {
  const neon = read(`${BASE}?sslmode=require&channel_binding=require`);
  // What channel binding would prove, the certificate does.
  assert.equal(neon.tls.mode, "verify-full");
  assert.equal(read(`${BASE}?sslmode=require&channel_binding=prefer`).tls.mode, "require");
  const prisma = read(`${BASE}?schema=public&pgbouncer=true&connection_limit=3&pool_timeout=10&statement_cache_size=0`);
  assert.deepEqual([prisma.poolSize, prisma.prepare], [3, false]);
  const all = read(
    `${BASE}?application_name=desk&options=-c%20statement_timeout%3D60000&connect_timeout=3&target_session_attrs=read-write` +
      "&keepalives=1&keepalives_idle=30&gssencmode=disable&client_encoding=UTF8",
  );
  assert.deepEqual(all.session, { application_name: "desk", options: "-c statement_timeout=60000" });
  assert.deepEqual([all.connectTimeoutMs, all.poolSize, all.prepare], [3_000, 10, true]);
  assert.equal(read(`${BASE}?connect_timeout=0`).connectTimeoutMs, 5_000);
});

Deno.test("readServerAddress() reads every sslmode, and requests TLS where a network lies between", () => {
  const mode = (query: string) => read(`${BASE}?${query}`).tls.mode;
  for (const known of ["disable", "prefer", "require", "verify-ca", "verify-full"]) {
    assert.equal(mode(`sslmode=${known}`), known);
  }
  assert.deepEqual(["sslmode=allow", "ssl=true", "ssl=false", "sslmode=no-verify"].map(mode), [
    "prefer",
    "require",
    "disable",
    "require",
  ]);
  assert.equal(mode("sslmode=require&sslrootcert=system"), "verify-full");
  assert.equal(read(BASE).tls.mode, "prefer");
  assert.equal(read("postgres://ada@127.0.0.1/x").tls.mode, "disable");
  assert.equal(read(BASE, { PGSSLMODE: "verify-full" }).tls.mode, "verify-full");
});

Deno.test("readServerAddress() refuses unsupported parameters with a message", async () => {
  const file = await Deno.makeTempFile();
  try {
    assert.equal(read(`${BASE}?sslmode=require&sslrootcert=${file}`).tls.mode, "verify-ca");
    const sentences: [string, RegExp][] = [
      [
        "sslmode=sometimes",
        /sslmode=sometimes is not known\. Use one of disable, prefer, require, verify-ca, verify-full\./,
      ],
      [
        "channel_binding=maybe",
        /channel_binding=maybe is not known\. Use disable, prefer or require, or leave it out\./,
      ],
      ["sslrootcert=/no/such.pem", /sslrootcert=\/no\/such\.pem cannot be read \(.*\)\. Give the path of a PEM file\./],
      ["sslcrl=x", /does not support sslcrl\. Leave it out\./],
      ["sslnegotiation=direct", /does not support sslnegotiation=direct\. Leave it out\./],
      ["gssencmode=require", /does not support gssencmode=require\. Leave it out\./],
      ["schema=trading", /qualifies its schemas, so schema=trading would have no effect\. Leave it out\./],
      ["connection_limit=0", /connection_limit=0 is not a whole number from 1 to 100\./],
      ["connect_timeout=soon", /connect_timeout=soon is not a whole number from 0 to 600\./],
      ["client_encoding=LATIN1", /client_encoding=LATIN1 is not UTF8\. Leave it out\./],
      [
        "target_session_attrs=standby",
        /Tandem writes, but target_session_attrs=standby may choose .* Use read-write\./,
      ],
      ["statement_timeout=5", /the parameter statement_timeout is not known\. Leave it out; .* options=-c%20/],
    ];
    for (const [query, sentence] of sentences) {
      const message = refusal(`${BASE}?${query}`);
      assert.match(message, sentence);
      assert.ok(message.startsWith("DATABASE_URL postgres://db.example:6543/prices cannot be used: "), message);
    }
    assert.match(refusal(`nonsense ${SECRET}`), /is not a URL\. It should look like postgres:\/\//);
    assert.match(refusal(`postgres://ada:${SECRET}@db:99999/x`), /a port that is not a number from 1 to 65535/);
  } finally {
    await Deno.remove(file);
  }
});
