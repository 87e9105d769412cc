import assert from "node:assert/strict";
import { RunNotRetryableError, UnknownRunError } from "../../../engine/mod.ts";
import { onEachDatabase, outcomes } from "../../support/partitions.ts";
import { databases } from "../../support/database.ts";
import { gate, tinyAssets, type TinyWorld, withTinyEngine } from "../../support/tiny_engine.ts";

const test = onEachDatabase("Engine.retry()");

/** Makes the function of an asset fail. */
function breaking(world: TinyWorld, broken: string): void {
  world.before = (key) => {
    if (key === broken) throw new Error("out of order");
  };
}

test("runs failed and skipped steps, and reads succeeded ones, also after a forced run", {}, async ({
  engine,
  world,
}) => {
  breaking(world, "multiples");
  const first = await engine.finished(
    (await engine.submit({ selection: "*", force: true, trigger: "test", priority: 4 })).id,
  );
  assert.deepEqual(outcomes(first), { numbers: "succeeded", multiples: "failed", total: "skipped" });
  assert.equal(first.retryOf, null);
  world.before = () => {};
  world.started.length = 0;
  const { id } = await engine.retry(first.id, { trigger: "cli" });
  const run = await engine.finished(id);
  assert.deepEqual([run.status, outcomes(run)], ["succeeded", { multiples: "succeeded", total: "succeeded" }]);
  assert.deepEqual(world.started, ["multiples", "total"]);
  const { selection, force, trigger, priority, retryOf } = run;
  assert.deepEqual({ selection, force, trigger, priority, retryOf }, {
    selection: "*",
    force: true,
    trigger: "cli",
    priority: 4,
    retryOf: first.id,
  });
  assert.deepEqual(run.steps.map((s) => s.reasons.map((r) => r.message)), [
    ["failed in run 1", "forced, whether stale or not"],
    ["was skipped in run 1", "forced, whether stale or not", "upstream multiples has never been materialized"],
  ]);
  assert.equal((await engine.runs({ limit: 1 }))[0]!.retryOf, first.id);
  assert.equal((await engine.rows("total", { limit: 1 })).rows[0]!.sum, 6);
});

test("takes the settings of that run, not those of now", {}, async ({ engine, world }) => {
  breaking(world, "total");
  const config = { multiples: { factor: 10 } };
  const first = await engine.finished((await engine.submit({ selection: "*", config, trigger: "test" })).id);
  breaking(world, "multiples");
  const other = { multiples: { factor: 100 } };
  const second = await engine.finished(
    (await engine.submit({ selection: "multiples", config: other, trigger: "test" })).id,
  );
  assert.deepEqual([first.status, second.status], ["failed", "failed"]);
  world.before = () => {};
  const third = await engine.finished((await engine.retry(second.id, { trigger: "test" })).id);
  assert.equal(third.status, "succeeded");
  const made = await engine.materializations("multiples", { limit: 2 });
  assert.deepEqual(made.map((m) => m.config), [{ factor: 100 }, { factor: 10 }]);
  const last = await engine.finished((await engine.retry(first.id, { trigger: "test" })).id);
  assert.deepEqual(outcomes(last), { total: "succeeded" });
  assert.equal((await engine.rows("total", { limit: 1 })).rows[0]!.sum, 300);
});

test("repeats cancelled steps, and can be retried itself", {}, async ({ engine, world }) => {
  const begun = gate();
  world.before = (key) => {
    if (key !== "multiples") return;
    begun.open();
    return new Promise(() => {});
  };
  const first = await engine.submit({ selection: "*", trigger: "test" });
  await begun.opened;
  await engine.cancel(first.id);
  breaking(world, "total");
  const second = await engine.finished((await engine.retry(first.id, { trigger: "test" })).id);
  assert.deepEqual(outcomes(second), { multiples: "succeeded", total: "failed" });
  world.before = () => {};
  const third = await engine.finished((await engine.retry(second.id, { trigger: "test" })).id);
  assert.deepEqual([third.retryOf, outcomes(third)], [second.id, { total: "succeeded" }]);
  // The names of earlier tries are not heaped up.
  assert.deepEqual(third.steps[0]!.reasons.map((r) => r.message), [
    `failed in run ${second.id}`,
    "total has never been materialized",
  ]);
});

test("refuses a running run, one without failures, and an unknown one", {}, async ({ engine, world }) => {
  const refused = (runId: number, message: RegExp) =>
    assert.rejects(
      engine.retry(runId, { trigger: "test" }),
      (error) => error instanceof RunNotRetryableError && message.test(error.message),
    );
  const [begun, free] = [gate(), gate()];
  world.before = () => {
    begun.open();
    return free.opened;
  };
  const { id } = await engine.submit({ selection: "*", trigger: "test" });
  await begun.opened;
  await refused(id, /^Run 1 cannot be retried: it is running\. Wait for its end, or cancel it first\.$/);
  free.open();
  await engine.finished(id);
  await refused(id, /none of its steps failed\. Materialize with force/);
  const empty = await engine.submit({ selection: "*", trigger: "test" });
  await engine.finished(empty.id);
  await refused(empty.id, /it had no steps, because nothing was stale/);
  await assert.rejects(engine.retry(99, { trigger: "test" }), UnknownRunError);
  assert.equal((await engine.runs({ limit: 9 })).length, 2);
});

test("gives one run for one idempotency key", {}, async ({ engine, world }) => {
  breaking(world, "numbers");
  const first = await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
  const again = () => engine.retry(first.id, { trigger: "test", idempotencyKey: "r1" });
  const { id } = await again();
  await engine.finished(id);
  assert.equal((await again()).id, id);
  await assert.rejects(engine.retry(id, { trigger: "test", idempotencyKey: "r1" }), /different request/);
});

Deno.test("Engine.retry() refuses a run of an asset that is there no more", async () => {
  const database = await databases[0]!.open();
  try {
    const runId = await withTinyEngine(async ({ engine, world }) => {
      breaking(world, "total");
      return (await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id)).id;
    }, { database });
    await withTinyEngine(async ({ engine }) => {
      await assert.rejects(engine.retry(runId, { trigger: "test" }), /the asset "total" no longer exists/);
    }, { database, assets: tinyAssets.filter((asset) => asset.key !== "total") });
  } finally {
    await database.close();
  }
});
