import assert from "node:assert/strict";
import { DefinitionError } from "../../../engine/mod.ts";
import { Pools } from "../../../engine/store/pools.ts";
import { pause } from "../../../engine/declare/retry.ts";
import { force, holding, onEachDatabase, partition, until } from "../../support/partitions.ts";
import { databases } from "../../support/database.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import { type Tiny, withTinyEngine } from "../../support/tiny_engine.ts";

const test = onEachDatabase("Pools");
const pooled = ["a", "b", "c", "d", "e"].map((key) => partition(key, { pool: "vendor" }));
const free = partition("free");

/** What a run waits for, once it does. */
async function waiting({ engine }: Tiny, runId: number): Promise<string> {
  return (await until(() => engine.run(runId), (run) => run.waitingFor !== null)).waitingFor!;
}

test(
  "runs one step of a pool at a time by default, and reports the holder of the slot",
  { assets: pooled },
  async (
    tiny,
  ) => {
    const { engine, world } = tiny;
    const held = holding(world);
    const first = await force(engine, "a");
    await held.begun("a");
    const second = await force(engine, "b");
    assert.equal(await waiting(tiny, second.id), `a slot of pool vendor (1 of 1 held by run ${first.id}, a)`);
    const [listed] = await engine.runs({ limit: 1 });
    assert.equal(listed!.waitingFor, `a slot of pool vendor (1 of 1 held by run ${first.id}, a)`);
    assert.deepEqual(world.started, ["a"]);
    held.release("a");
    await held.begun("b");
    assert.equal((await engine.run(second.id)).waitingFor, null);
    held.release("b");
    assert.equal((await engine.finished(second.id)).status, "succeeded");
    assert.equal(held.most, 1);
  },
);

test("runs as many steps of a pool as it has slots", { assets: pooled, pools: { vendor: 2 } }, async (tiny) => {
  const { engine, world } = tiny;
  const held = holding(world);
  const run = await force(engine, "a b");
  await Promise.all([held.begun("a"), held.begun("b")]);
  const third = await force(engine, "c");
  const text = await waiting(tiny, third.id);
  assert.match(text, /^a slot of pool vendor \(2 of 2 held by run 1, [ab]; run 1, [ab]\)$/);
  for (const key of ["a", "b", "c"]) held.release(key);
  for (const { id } of [run, third]) assert.equal((await engine.finished(id)).status, "succeeded");
  assert.equal(held.most, 2);
});

test("gives the next slot to the run of highest priority, then to the older one", { assets: pooled }, async (tiny) => {
  const { engine, world } = tiny;
  const held = holding(world);
  await force(engine, "a");
  await held.begun("a");
  const runs = [];
  for (const [key, priority] of [["b", -10], ["c", 0], ["d", 0], ["e", 5]] as const) {
    runs.push(await force(engine, key, priority));
    held.release(key);
  }
  for (const { id } of runs) await waiting(tiny, id);
  held.release("a");
  for (const { id } of runs) assert.equal((await engine.finished(id)).status, "succeeded");
  assert.deepEqual(world.started, ["a", "e", "c", "d", "b"]);
  assert.equal(held.most, 1);
});

test(
  "a step that waits for a slot keeps no other step from its place",
  { assets: [...pooled, free], maxConcurrentSteps: 2 },
  async (tiny) => {
    const { engine, world } = tiny;
    const held = holding(world);
    await force(engine, "a");
    await held.begun("a");
    for (const key of ["b", "c", "d"]) await waiting(tiny, (await force(engine, key)).id);
    const other = await force(engine, "free");
    await held.begun("free");
    held.release("free");
    assert.equal((await engine.finished(other.id)).status, "succeeded");
    assert.deepEqual([...held.now], ["a"]);
  },
);

test(
  "one that waits for its asset keeps no slot from others, and says which run makes the asset",
  { assets: pooled, pools: { vendor: 2 } },
  async (tiny) => {
    const { engine, world } = tiny;
    const held = holding(world);
    const first = await force(engine, "a");
    await held.begun("a");
    const same = await force(engine, "a", 9);
    assert.equal(await waiting(tiny, same.id), `run ${first.id}, which materializes a`);
    const other = await force(engine, "b");
    await held.begun("b");
    held.release("b");
    assert.equal((await engine.finished(other.id)).status, "succeeded");
    held.release("a");
    assert.equal((await engine.finished(same.id)).status, "succeeded");
  },
);

test("a slot is free again when its step fails or is cancelled", { assets: pooled }, async ({ engine, world }) => {
  world.before = () => {
    throw new Error("broken");
  };
  assert.equal((await engine.finished((await force(engine, "a")).id)).status, "failed");
  const held = holding(world);
  const cancelled = await force(engine, "b");
  await held.begun("b");
  assert.equal((await engine.cancel(cancelled.id)).status, "cancelled");
  held.release("c");
  assert.equal((await engine.finished((await force(engine, "c")).id)).status, "succeeded");
});

test("a run that waits for a slot can be cancelled", { assets: pooled }, async (tiny) => {
  const { engine, world } = tiny;
  const held = holding(world);
  await force(engine, "a");
  await held.begun("a");
  const second = await force(engine, "b");
  await waiting(tiny, second.id);
  assert.equal((await engine.cancel(second.id)).status, "cancelled");
  assert.deepEqual(world.started, ["a"]);
});

const server = databases[1]!;

Deno.test({
  name: `Pools on ${server.name}: three processes together never run more steps than the pools have slots`,
  ignore: server.ignore,
  async fn() {
    const database = await server.open();
    try {
      const random = pseudoRandom(20261123);
      const now: Record<string, number> = { one: 0, two: 0 };
      const most: Record<string, number> = { one: 0, two: 0 };
      const keys = ["one_a", "one_b", "one_c", "one_d", "two_a", "two_b", "two_c", "two_d", "two_e"];
      const assets = keys.map((key) => partition(key, { pool: key.slice(0, 3) }));
      const options = { database, assets, pools: { one: 1, two: 2 }, maxConcurrentSteps: 8 };
      const count = async (key: string) => {
        const pool = key.slice(0, 3);
        most[pool] = Math.max(most[pool]!, ++now[pool]!);
        await pause(random() * 15);
        now[pool]!--;
      };
      const within = (engines: Tiny[], body: (engines: Tiny[]) => Promise<void>): Promise<void> =>
        engines.length === 3 ? body(engines) : withTinyEngine((tiny) => {
          tiny.world.before = count;
          return within([...engines, tiny], body);
        }, options);
      await within([], async (engines) => {
        const runs = await Promise.all(
          Array.from({ length: 12 }, (_, i) => force(engines[i % 3]!.engine, "*", i % 4)),
        );
        for (const { id } of runs) assert.equal((await engines[0]!.engine.finished(id)).status, "succeeded");
        assert.equal(engines.flatMap(({ world }) => world.started).length, 12 * keys.length);
      });
      assert.deepEqual(most, { one: 1, two: 2 });
    } finally {
      await database.close();
    }
  },
});

Deno.test({
  name: `Pools on ${server.name}: a claim of a slot that was given away meanwhile reports it as busy`,
  ignore: server.ignore,
  async fn() {
    const database = await server.open();
    try {
      await withTinyEngine(async ({ engine, world }) => {
        const held = holding(world);
        await force(engine, "a");
        await held.begun("a");
        const second = await force(engine, "b");
        const [row] = await database.sql<{ process: number }[]>`
          SELECT process_id AS process FROM engine.step WHERE status = 'running'`;
        await until(() => engine.run(second.id), (run) => run.status === "running");
        const claim = { runId: second.id, key: "b", processId: row!.process };
        assert.deepEqual(await engine.ledger.steps.claim(claim, { slot: { pool: "vendor", slot: 1 } }), {
          status: "busy",
        });
        assert.equal(await new Pools(database, {}).freeSlot(claim, "vendor"), undefined);
        assert.deepEqual(await new Pools(database, { vendor: 2 }).freeSlot(claim, "vendor"), {
          pool: "vendor",
          slot: 2,
        });
      }, { database, assets: pooled });
    } finally {
      await database.close();
    }
  },
});

Deno.test("Pools refuses a size that is none", () => {
  for (const size of [0, -1, 1.5, NaN]) {
    assert.throws(
      () => new Pools({} as never, { vendor: size }),
      (error) => error instanceof DefinitionError && error.message.includes(`"vendor" has the size ${size}`),
    );
  }
});
