import assert from "node:assert/strict";
import { Engine, silentLogger } from "../../engine/mod.ts";
import { databases } from "../support/database.ts";
import { gate, type Tiny, tinyAssets, tinyWorld, withTinyEngine } from "../support/tiny_engine.ts";

async function heldAt(key: string, { engine, world }: Tiny, selection = "*") {
  const held = gate();
  const begun = gate();
  let signal: AbortSignal | undefined;
  world.before = async (started, of) => {
    if (started !== key) return;
    signal = of;
    begun.open();
    await held.opened;
  };
  const { id } = await engine.submit({ selection, trigger: "http" });
  await begun.opened;
  return { runId: id, held, signal: () => signal! };
}

const statusesOf = async ({ engine }: Tiny, runId: number) =>
  Object.fromEntries((await engine.run(runId)).steps.map(({ key, status }) => [key, status]));

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `Engine.drain() lets the step that runs end, begins no other, and hands the run on, on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withTinyEngine(async (tiny) => {
          const { runId, held } = await heldAt("numbers", tiny);
          const drained = tiny.engine.drain(AbortSignal.timeout(60_000));
          held.open();
          await drained;
          assert.deepEqual(await statusesOf(tiny, runId), {
            numbers: "succeeded",
            multiples: "pending",
            total: "pending",
          });
          assert.equal((await tiny.engine.run(runId)).status, "interrupted");
          await tiny.engine.close();
          const next = await Engine.open({
            assets: tinyAssets,
            logger: silentLogger,
            database,
            resources: tinyWorld(),
            clock: tiny.clock,
          });
          try {
            const run = await next.finished(runId, AbortSignal.timeout(30_000));
            assert.equal(run.status, "succeeded");
            // What had ended was not done again.
            assert.deepEqual(run.steps.map(({ attempt }) => attempt), [1, 1, 1]);
          } finally {
            await next.close();
          }
        }, { database });
      } finally {
        await database.close();
      }
    },
  });
}

Deno.test("Engine.drain() finishes a run whose last step ends in time", async () => {
  await withTinyEngine(async (tiny) => {
    const { runId, held } = await heldAt("total", tiny);
    const drained = tiny.engine.drain(AbortSignal.timeout(60_000));
    held.open();
    await drained;
    assert.equal((await tiny.engine.run(runId)).status, "succeeded");
  });
});

Deno.test("Engine.drain() gives up when the time is up, and close() interrupts running steps", async () => {
  await withTinyEngine(async (tiny) => {
    const { runId, signal } = await heldAt("numbers", tiny);
    await tiny.engine.drain(AbortSignal.abort());
    assert.equal(signal().aborted, false);
    assert.equal((await tiny.engine.run(runId)).status, "running");
    await tiny.engine.close();
    assert.equal(signal().aborted, true);
    const run = await tiny.engine.run(runId);
    assert.equal(run.status, "interrupted");
    assert.equal(run.steps[0]!.status, "interrupted");
  });
});

Deno.test("Engine.drain() takes no queued run, and cancels one on request", async () => {
  await withTinyEngine(async (tiny) => {
    const { runId, held } = await heldAt("numbers", tiny);
    const drained = tiny.engine.drain(AbortSignal.timeout(60_000));
    const late = await tiny.engine.submit({ selection: "numbers", trigger: "http", force: true });
    const cancelled = tiny.engine.cancel(runId);
    held.open();
    await Promise.all([drained, cancelled]);
    assert.equal((await tiny.engine.run(runId)).status, "cancelled");
    assert.equal((await tiny.engine.run(late.id)).status, "queued");
  });
});
