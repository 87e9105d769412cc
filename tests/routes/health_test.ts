import assert from "node:assert/strict";
import { silentLogger } from "../../engine/mod.ts";
import { clockReadiness, healthRoutes, processReadiness, type Readiness } from "../../routes/health.ts";
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

Deno.test("GET /readyz answers 503 and names the failed checks", async () => {
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

Deno.test("GET /readyz answers 200 and says that something is wrong which keeps no request from being served here", async () => {
  const checks = [{ name: "clock", ready: true, degraded: true, message: "It is wrong." }];
  const response = await health(() => Promise.resolve(checks)).request("/readyz");
  assert.deepEqual([response.status, await response.json()], [200, { status: "degraded", checks }]);
});

Deno.test("processReadiness() reports others that hang, and is not ready if this process does", () => {
  const process = (id: number, silentSeconds: number) => ({
    id,
    host: "h",
    pid: 10 + id,
    role: "server",
    silentSeconds,
    steps: [],
  });
  assert.deepEqual(processReadiness([process(1, 0), process(2, 5)], 1), {
    name: "processes",
    ready: true,
    message: "2 processes are at work.",
  });
  const other = processReadiness([process(1, 0), process(2, 75.5)], 1);
  assert.deepEqual([other.ready, other.degraded], [true, true]);
  assert.match(other.message, /process 2 \(pid 12 on h\), which has been silent for 75 s/);
  assert.equal(processReadiness([process(1, 31), process(2, 0)], 1).ready, false);
  assert.equal(processReadiness([process(2, 0)], 1).ready, false, "it is recorded as ended");
});

Deno.test("clockReadiness() says by how much a clock is wrong, and in which direction", () => {
  assert.deepEqual(clockReadiness(null), []);
  assert.equal(clockReadiness(-1_000)[0]!.degraded, undefined);
  assert.match(clockReadiness(40 * 86_400_000)[0]!.message, /3456000 s ahead of the database's/);
  assert.match(clockReadiness(-31_000)[0]!.message, /31 s behind the database's/);
});
