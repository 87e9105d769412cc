import assert from "node:assert/strict";
import { openPostgres } from "../../resources/database/mod.ts";
import { withAttacked, withAttackedServer } from "../support/attacked_service.ts";
import { eventually } from "../support/service_process.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";
import { createTestDatabase, postgresAvailable, withPostgres } from "../support/database.ts";

const asset = "/v1/assets/chosen_pairs";
/** One of each way to answer: the driver waits longer before each further attempt, and so does the test. */
const reads = ["/v1/assets", `${asset}/rows`, `${asset}/rows?format=parquet`, "/v1/runs/1/events", "/", "/api/pairs"];
const changes: [path: string, body: string][] = [
  [`${asset}/materialize`, "{}"],
  ["/v1/runs/1/cancel", "{}"],
];

/** What drivers, servers and stacks say of themselves: addresses, names, statements, files. */
const inside =
  /postgres|ECONN|CONNECTION|terminat|127\.0\.0\.1:|tandem_test|\.ts\b|node_modules|SELECT|FROM |password|57P01|55000/i;

Deno.test({
  name: "a database that is away shows nothing of itself, and what comes after it is served again",
  ignore: !postgresAvailable,
  async fn() {
    const { url, drop } = await createTestDatabase();
    const name = new URL(url).pathname.slice(1);
    try {
      const database = await openPostgres({ databaseUrl: url });
      await withPostgres(async ({ sql: other }) => {
        await withAttacked(async ({ ask, livesOn, logged }) => {
          await livesOn();
          await other.unsafe(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
          await other`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`;
          const post = (body: string) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body });
          const answers = await Promise.all([
            ...reads.map(async (path) => ({ path, ...await ask(path) })),
            ...changes.map(async ([path, body]) => ({ path, ...await ask(path, post(body)) })),
          ]);
          for (const { path, status, text } of answers) {
            assert.equal(status, 503, path);
            assert.doesNotMatch(text, inside, path);
            assert.match(text, /Tandem resumes automatically when the database is back/, path);
          }
          assert.equal((await ask("/healthz")).status, 200);
          assert.equal((await ask("/static/style.css")).status, 200);
          // The log has what the answers have not.
          assert.ok(logged.filter(({ level }) => level === "warn").length >= reads.length);
          await other.unsafe(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
          // The driver waits a little longer after each attempt before it connects again.
          await eventually(() => livesOn().then(() => true, () => false), (lives) => lives);
        }, { engine: { database, assets: pairPageAssets } });
      });
      await database.close();
    } finally {
      await drop();
    }
  },
});

Deno.test("a stream of events that breaks ends, and says nothing of why", async () => {
  await withAttackedServer(async ({ engine, port, logged, livesOn }) => {
    const { events } = engine;
    engine.events = async function* (...of) {
      for await (const event of events.apply(engine, of)) {
        yield event;
        throw new Error('relation "engine.run_event" of postgres://user:t0psecret@host does not exist');
      }
    };
    const response = await fetch(`http://127.0.0.1:${port}/v1/runs/1/events`);
    const text = await response.text();
    engine.events = events;
    assert.equal(response.status, 200);
    assert.match(text, /^retry: \d+\n\nid: 1\n/);
    assert.doesNotMatch(text, /relation|t0psecret|postgres/);
    assert.ok(logged.some(({ message }) => /t0psecret/.test(message)));
    await livesOn();
  });
});

Deno.test("unknown errors are answered in the form of the route, without their details", async () => {
  await withAttacked(async ({ ask, engine, livesOn }) => {
    const { states, materializations, rowVersion } = engine;
    const fault = () => Promise.reject(new Error("postgres://user:t0psecret@host/db at /srv/tandem/main.ts:1"));
    engine.states = fault;
    engine.materializations = fault;
    engine.rowVersion = fault;
    for (const path of ["/v1/assets", "/", "/api/pairs", `${asset}/materializations`]) {
      const { status, text, headers } = await ask(path);
      assert.equal(status, 500, path);
      assert.doesNotMatch(text, /t0psecret|postgres|\.ts/, path);
      for (const [name, value] of headers) assert.doesNotMatch(value, /t0psecret|postgres/, name);
    }
    assert.deepEqual(Object.keys((await ask("/api/pairs")).json), ["error"]);
    engine.states = states;
    engine.materializations = materializations;
    engine.rowVersion = rowVersion;
    await livesOn();
  }, { engine: { assets: pairPageAssets } });
});
