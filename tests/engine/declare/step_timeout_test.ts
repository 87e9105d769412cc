import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, DefinitionError, StepTimeoutError } from "../../../engine/mod.ts";
import { timeLimit, unlessAborted } from "../../../engine/declare/step_timeout.ts";
import { force, onEachDatabase, outcomes, partition } from "../../support/partitions.ts";
import { gate } from "../../support/tiny_engine.ts";

const test = onEachDatabase("Step timeout");
const limit = (ms: number) =>
  `"slow" was stopped: it took longer than its limit of ${ms} ms. Raise timeoutMs in its declaration if it needs more.`;

test(
  "aborts a step that takes too long, fails it with its asset and limit, and skips what is behind it",
  // Long enough for the function to begin on a busy machine.
  { assets: [partition("slow", { timeoutMs: 500 }), partition("behind", { after: ["slow"] }), partition("other")] },
  async ({ engine, world }) => {
    let reason: unknown;
    const late = gate();
    world.before = (_key, signal) => {
      signal.addEventListener("abort", () => reason = signal.reason);
      // Deaf to its signal: what it returns later is dropped.
      return late.opened;
    };
    const run = await engine.finished((await force(engine, "slow+")).id);
    assert.deepEqual([run.status, outcomes(run)], ["failed", { slow: "failed", behind: "skipped" }]);
    assert.deepEqual(run.steps[0]!.error, { name: "StepTimeoutError", message: limit(500) });
    assert.ok(reason instanceof StepTimeoutError && reason.key === "slow" && reason.timeoutMs === 500);
    late.open();
    // Another run, so that whatever the late function would still do is done.
    assert.equal((await engine.finished((await force(engine, "other")).id)).status, "succeeded");
    assert.deepEqual(await engine.materializations("slow", { limit: 5 }), []);
    assert.deepEqual((await engine.rows("slow", { limit: 1 })).rows, []);
  },
);

const source = { answers: true };
test(
  "counts all attempts together, and the reading of the source",
  {
    assets: [
      partition("slow", { timeoutMs: 30, retry: { maxAttempts: 1_000, initialDelayMs: 60_000 } }),
      partition("silent", {
        timeoutMs: 30,
        source: () => source.answers ? Promise.resolve("1") : new Promise<string>(() => {}),
      }),
    ],
  },
  async ({ engine, world }) => {
    source.answers = true;
    world.before = () => {
      throw Object.assign(new Error("busy"), { retryable: true });
    };
    const { id } = await force(engine, "slow");
    const run = await engine.finished(id);
    // The pause before the next try is drawn from 0 to 60 s, so that one of the first ends behind the limit.
    assert.deepEqual(run.steps[0]!.error, { name: "StepTimeoutError", message: limit(30) });
    source.answers = false;
    // Planning would ask the source as well, and wait for it.
    await engine.ledger.runs.create({
      trigger: "test",
      config: {},
      plan: {
        selection: "silent",
        force: true,
        range: null,
        waiting: [],
        blocked: [],
        fresh: [],
        steps: [{ key: "silent", produces: ["silent"], after: [], reasons: [], certain: true }],
      },
    });
    const silent = await engine.finished(id + 1);
    assert.equal(silent.steps[0]!.error?.name, "StepTimeoutError");
  },
);

test(
  "leaves alone what is done in time, and what is cancelled before",
  { assets: [partition("quick", { timeoutMs: 60_000 })] },
  async ({ engine, world }) => {
    assert.equal((await engine.finished((await force(engine, "quick")).id)).status, "succeeded");
    const begun = gate();
    world.before = () => {
      begun.open();
      return new Promise(() => {});
    };
    const { id } = await force(engine, "quick");
    await begun.opened;
    const run = await engine.cancel(id);
    assert.deepEqual([run.status, outcomes(run)], ["cancelled", { quick: "cancelled" }]);
  },
);

Deno.test("timeLimit() passes the other signal on, and without a limit is that signal", () => {
  const cancel = new AbortController();
  using limited = timeLimit("a", 60_000, cancel.signal);
  using unlimited = timeLimit("a", undefined, cancel.signal);
  assert.equal(unlimited.signal, cancel.signal);
  cancel.abort("cancelled");
  assert.equal(limited.signal.reason, "cancelled");
});

Deno.test("unlessAborted() returns the result, rejects when the signal aborts, and releases the signal", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
  assert.equal(await unlessAborted(Promise.resolve(7), signal), 7);
  await assert.rejects(unlessAborted(Promise.reject(new Error("broken")), signal), /broken/);
  const deaf = unlessAborted(new Promise(() => {}), signal);
  assert.equal(listeners, 1);
  controller.abort(new Error("cancelled"));
  await assert.rejects(deaf, /cancelled/);
  await assert.rejects(unlessAborted(new Promise(() => {}), signal), /cancelled/);
  assert.equal(listeners, 0);
});

Deno.test("asset() refuses a timeoutMs that no timer can wait for, by the asset's name", () => {
  const { asset } = assetsWith<object>();
  for (const timeoutMs of [0, -5, 1.5, NaN, Infinity, 2 ** 31]) {
    assert.throws(
      () =>
        asset({
          key: "slow",
          group: "t",
          layer: "raw",
          description: "",
          row: z.object({ id: z.int() }),
          primaryKey: ["id"],
          timeoutMs,
          materialize: () => ({ rows: [] }),
        }),
      (error) => error instanceof DefinitionError && error.message.includes(`timeoutMs of "slow" is ${timeoutMs}`),
    );
  }
});
