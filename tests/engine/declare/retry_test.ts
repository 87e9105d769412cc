import assert from "node:assert/strict";
import { isRetryable } from "../../../engine/mod.ts";
import { defaultRetry, pause, retryDelayMs } from "../../../engine/declare/retry.ts";

Deno.test("retryDelayMs() doubles its ceiling up to the limit and spreads below it", () => {
  const policy = { ...defaultRetry, initialDelayMs: 100, maxDelayMs: 1_000 };
  const ceilings = [1, 2, 3, 4, 5, 6].map((attempt) => retryDelayMs(policy, attempt, () => 1));
  assert.deepEqual(ceilings, [100, 200, 400, 800, 1_000, 1_000]);
  assert.equal(retryDelayMs(policy, 3, () => 0), 0);
  assert.equal(retryDelayMs(policy, 3, () => 0.5), 200);
});

Deno.test("isRetryable() believes only an error, or its cause, that says so", () => {
  assert.equal(isRetryable(new Error("x")), false);
  assert.equal(isRetryable(Object.assign(new Error("x"), { retryable: true })), true);
  assert.equal(isRetryable(new Error("x", { cause: Object.assign(new Error("y"), { retryable: true }) })), true);
  assert.equal(isRetryable("retryable"), false);
});

Deno.test("pause() ends at once when its signal aborts", async () => {
  const controller = new AbortController();
  const pausing = pause(60_000, controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(pausing, /enough/);
  await assert.rejects(pause(60_000, controller.signal), /enough/);
});
