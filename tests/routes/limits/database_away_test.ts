import assert from "node:assert/strict";
import { Hono } from "hono";
import { silentLogger } from "../../../engine/mod.ts";
import { unlessDatabaseAway } from "../../../routes/limits/database_away.ts";
import { onError } from "../../../routes/problems.ts";

/** A service whose every answer waits for `work`, and the database that it stands on. */
function service(work: Promise<unknown> = Promise.resolve()) {
  let away = new AbortController();
  const app = new Hono().onError(onError(silentLogger));
  app.use(unlessDatabaseAway(() => away.signal));
  app.all("*", async (c) => {
    await work;
    return c.text("done");
  });
  return { app, goesAway: () => away.abort(), isBack: () => away = new AbortController() };
}

const never = new Promise<never>(() => {});

Deno.test("unlessDatabaseAway() answers a read that waits as soon as the database is found to be away", async () => {
  const { app, goesAway } = service(never);
  const waiting = app.request("/v1/assets");
  goesAway();
  const response = await waiting;
  assert.deepEqual([response.status, response.headers.get("Retry-After")], [503, "5"]);
  assert.equal((await response.json()).type, "/problems/database-away");
});

Deno.test("unlessDatabaseAway() begins nothing while the database is away, and everything when it is back", async () => {
  const { app, goesAway, isBack } = service();
  goesAway();
  const ask = async (path: string, method: string) => (await app.request(path, { method })).status;
  assert.deepEqual([await ask("/v1/assets", "GET"), await ask("/v1/materialize", "POST")], [503, 503]);
  for (const path of ["/healthz", "/readyz", "/metrics", "/static/style.css"]) {
    assert.equal(await ask(path, "GET"), 200);
  }
  isBack();
  assert.deepEqual([await ask("/v1/assets", "GET"), await ask("/v1/materialize", "POST")], [200, 200]);
});

Deno.test("unlessDatabaseAway() cuts no change short that has begun", async () => {
  const slow = Promise.withResolvers<void>();
  const { app, goesAway } = service(slow.promise);
  const changing = app.request("/v1/materialize", { method: "POST" });
  await Promise.resolve();
  goesAway();
  slow.resolve();
  assert.equal((await changing).status, 200);
});

Deno.test("unlessDatabaseAway() lets go of the signal when the answer has come", async () => {
  const { app } = service();
  const signal = new AbortController().signal;
  let listeners = 0;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  signal.addEventListener = (...of: Parameters<typeof add>) => (listeners++, add(...of));
  signal.removeEventListener = (...of: Parameters<typeof remove>) => (listeners--, remove(...of));
  const counted = new Hono().use(unlessDatabaseAway(() => signal)).route("/", app);
  for (let i = 0; i < 3; i++) assert.equal((await counted.request("/v1/assets")).status, 200);
  assert.equal(listeners, 0);
});
