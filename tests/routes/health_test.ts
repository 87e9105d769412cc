import assert from "node:assert/strict";
import { silentLogger } from "../../engine/mod.ts";
import { healthRoutes, type Readiness } from "../../routes/health.ts";
import { onError } from "../../routes/problems.ts";

function health(ready: () => Promise<readonly Readiness[]>, timeoutMs = 1_000) {
  return healthRoutes({ ready, logger: silentLogger, timeoutMs }).onError(onError(silentLogger));
}

Deno.test("GET /healthz answers whatever the database does", async () => {
  const response = await health(() => Promise.reject(new Error("gone"))).request("/healthz");
  assert.deepEqual([response.status, await response.json()], [200, { status: "alive" }]);
});

Deno.test("GET /readyz answers 200 when everything is ready", async () => {
  const checks = [{ name: "database", ready: true, message: "It answers." }];
  const response = await health(() => Promise.resolve(checks)).request("/readyz");
  assert.deepEqual([response.status, await response.json()], [200, { status: "ready", checks }]);
});

Deno.test("GET /readyz answers 503 and says what is not ready", async () => {
  const response = await health(() =>
    Promise.resolve([
      { name: "database", ready: true, message: "It answers." },
      { name: "migrations", ready: false, message: "Migration 0002 is not applied." },
    ])
  ).request("/readyz");
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("Content-Type"), "application/problem+json");
  const { type, errors } = await response.json();
  assert.equal(type, "/problems/not-ready");
  assert.deepEqual(errors, [{ path: "migrations", message: "Migration 0002 is not applied." }]);
});

Deno.test("GET /readyz answers 503 when the database fails or does not answer in time, and shows nothing of it", async () => {
  const failing = await health(() => Promise.reject(new Error("password for postgres://u:p@host"))).request("/readyz");
  assert.equal(failing.status, 503);
  assert.doesNotMatch(await failing.text(), /postgres:/);
  const hanging = await health(() => new Promise(() => {}), 10).request("/readyz");
  assert.equal(hanging.status, 503);
});
