import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, FreshnessEvaluator, freshnessStates, maxAge, silentLogger } from "../../../engine/mod.ts";
import type { Clock } from "../../../resources/clock.ts";
import { databases } from "../../support/database.ts";
import { dated, datedWorld, resetDatedWorld } from "../../support/dated_asset.ts";
import { gate, type Tiny, withTinyEngine } from "../../support/tiny_engine.ts";

const aged = assetsWith<unknown>().asset({
  key: "aged",
  group: "t",
  layer: "raw",
  description: "",
  row: z.object({ id: z.int() }),
  primaryKey: ["id"],
  freshness: maxAge({ hours: 24 }),
  materialize: () => ({ rows: [{ id: 1 }] }),
});

function evaluator(
  { engine, database, clock }: Omit<Tiny, "world" | "clock"> & { clock: Clock },
  onChange?: () => void,
): FreshnessEvaluator {
  return new FreshnessEvaluator({ engine, database, clock, logger: silentLogger, onChange });
}

async function materialize({ engine }: Tiny, selection: string): Promise<void> {
  const run = await engine.finished((await engine.submit({ selection, trigger: "test" })).id);
  assert.equal(run.status, "succeeded");
}

async function stateOf({ engine, database }: Tiny, key: string) {
  return (await freshnessStates(database.sql, engine.graph)).get(key)!;
}

async function periods({ database }: Tiny, key: string) {
  const rows = await database.sql<{ state: string; since: string; until: string | null }[]>`
    SELECT state, since, until FROM engine.freshness WHERE asset_key = ${key} ORDER BY id`;
  return rows.map(({ state, since, until }) => [state, since, until]);
}

for (const { name, ignore, open } of databases) {
  const test = (title: string, body: (tiny: Tiny) => Promise<void>) =>
    Deno.test({
      name: `FreshnessEvaluator on ${name}: ${title}`,
      ignore,
      async fn() {
        resetDatedWorld(["2024-03-07", "2024-03-08"]);
        const database = await open();
        try {
          await withTinyEngine(body, { database, assets: [dated, aged] });
        } finally {
          await database.close();
        }
      },
    });

  test("goes from unknown to met to late and back, and remembers each period", async (tiny) => {
    const { clock, engine } = tiny;
    const evaluation = evaluator(tiny);
    assert.deepEqual((await stateOf(tiny, "dated")).since, null);
    clock.set("2024-03-10T12:00:00Z");
    assert.deepEqual(await evaluation.evaluate(), ["dated", "aged"]);
    assert.equal((await stateOf(tiny, "dated")).state, "unknown");

    await materialize(tiny, "dated");
    assert.deepEqual(await evaluation.evaluate(), ["dated"]);
    assert.deepEqual(await stateOf(tiny, "dated"), {
      policy: "The rows of a session are there by 18:30 America/New_York on its day.",
      state: "met",
      since: "2024-03-10T12:00:00Z",
      deadline: "2024-03-11T22:30:00Z",
      message: "dated has session 2024-03-08; 2024-03-11 is due by 18:30 America/New_York.",
    });
    assert.deepEqual(await evaluation.evaluate(), [], "nothing has changed");

    // Evaluated only on the day after: it is nevertheless late since the deadline.
    clock.set("2024-03-12T13:00:00Z");
    assert.deepEqual(await evaluation.evaluate(), ["dated"]);
    const late = await stateOf(tiny, "dated");
    assert.deepEqual([late.state, late.since, late.deadline], ["late", "2024-03-11T22:30:00Z", "2024-03-11T22:30:00Z"]);
    const [asset] = await engine.states(["dated"]);
    assert.deepEqual(asset!.freshness, late);

    // One session came, and by now another one is missing.
    clock.set("2024-03-12T23:00:00Z");
    datedWorld.sessions.push("2024-03-11");
    await materialize(tiny, "dated");
    assert.deepEqual(await evaluation.evaluate(), []);
    const still = await stateOf(tiny, "dated");
    assert.deepEqual([still.state, still.since, still.deadline], [
      "late",
      "2024-03-11T22:30:00Z",
      "2024-03-12T22:30:00Z",
    ]);

    datedWorld.sessions.push("2024-03-12");
    await materialize(tiny, "dated");
    assert.deepEqual(await evaluation.evaluate(), ["dated"]);
    assert.deepEqual(await periods(tiny, "dated"), [
      ["unknown", "2024-03-10T12:00:00Z", "2024-03-10T12:00:00Z"],
      ["met", "2024-03-10T12:00:00Z", "2024-03-11T22:30:00Z"],
      ["late", "2024-03-11T22:30:00Z", "2024-03-12T23:00:00Z"],
      ["met", "2024-03-12T23:00:00Z", null],
    ]);
  });

  test("follows the age of a materialization", async (tiny) => {
    const { clock, engine } = tiny;
    const evaluation = evaluator(tiny);
    await materialize(tiny, "aged");
    const [made] = await engine.materializations("aged", { limit: 1 });
    const committed = Temporal.Instant.from(made!.committedAt);
    clock.set(committed.add({ hours: 24 }).subtract({ milliseconds: 1 }));
    await evaluation.evaluate();
    assert.equal((await stateOf(tiny, "aged")).state, "met");
    clock.set(committed.add({ hours: 24, milliseconds: 1 }));
    assert.deepEqual(await evaluation.evaluate(), ["aged"]);
    assert.equal((await stateOf(tiny, "aged")).state, "late");
  });

  test("looks at current rows only", async (tiny) => {
    const { clock } = tiny;
    const evaluation = evaluator(tiny);
    clock.set("2024-03-10T12:00:00Z");
    await materialize(tiny, "dated");
    await evaluation.evaluate();
    // Friday's session turns out to have been none of the source's.
    datedWorld.sessions = ["2024-03-07"];
    await materialize(tiny, "dated");
    assert.deepEqual(await evaluation.evaluate(), ["dated"]);
    const { state, since, deadline } = await stateOf(tiny, "dated");
    // The deadline had passed before, when the session was there: no period begins before the one that it ends.
    assert.deepEqual([state, deadline, since], ["late", "2024-03-08T23:30:00Z", "2024-03-10T12:00:00Z"]);
  });

  test("begins each period once, however many processes evaluate", async (tiny) => {
    tiny.clock.set("2024-03-10T12:00:00Z");
    await materialize(tiny, "dated");
    const changed = await Promise.all([1, 2, 3, 4].map(() => evaluator(tiny).evaluate()));
    assert.deepEqual(changed.flat().sort(), ["aged", "dated"]);
    assert.equal((await periods(tiny, "dated")).length, 1);
  });

  test("wakes at the next deadline", async (tiny) => {
    tiny.clock.set("2024-03-11T22:29:59.5Z");
    await materialize(tiny, "dated");
    await evaluator(tiny).evaluate();
    assert.equal((await stateOf(tiny, "dated")).state, "met");
    // From here on the clock goes: the deadline is half a second away, and a look without one half a minute.
    const started = performance.now();
    const clock = {
      now: () => tiny.clock.now().add({ milliseconds: Math.round(performance.now() - started) }),
    };
    const change = gate();
    const evaluation = evaluator({ ...tiny, clock }, change.open);
    evaluation.start();
    try {
      await change.opened;
      assert.equal((await stateOf(tiny, "dated")).state, "late");
      assert.ok(performance.now() - started < 20_000);
    } finally {
      await evaluation.stop();
    }
  });

  test("evaluates when it starts and when a run has ended", async (tiny) => {
    tiny.clock.set("2024-03-10T12:00:00Z");
    let change = gate();
    const evaluation = evaluator(tiny, () => change.open());
    evaluation.start();
    try {
      await change.opened;
      assert.equal((await stateOf(tiny, "dated")).state, "unknown");
      change = gate();
      await materialize(tiny, "dated");
      await change.opened;
      assert.equal((await stateOf(tiny, "dated")).state, "met");
    } finally {
      await evaluation.stop();
    }
  });
}
