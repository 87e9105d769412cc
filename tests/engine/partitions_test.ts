import assert from "node:assert/strict";
import { z } from "zod";
import { type AnyAsset, assetsWith, cutBy, everyRow, identity, reads, type Run } from "../../engine/mod.ts";
import { databases } from "../support/database.ts";
import { adjusted, type PartitionTest, withPartitionEngine } from "../support/partition_engine.ts";

/** Made as a whole of every partition. */
const grandTotal = assetsWith<unknown>().asset({
  key: "grand_total",
  group: "t",
  layer: "gold",
  description: "The sum of everything.",
  deps: { adjusted },
  row: z.object({ of: z.string(), sum: z.number() }),
  primaryKey: ["of"],
  async materialize({ inputs }) {
    const { value } = await inputs.adjusted.columns("value");
    return { rows: [{ of: "all", sum: value.reduce((sum, x) => sum + x, 0) }] };
  },
});

/** Each partition by itself; no value may be negative. */
const watched = assetsWith<unknown>().asset({
  key: "watched",
  group: "t",
  layer: "silver",
  description: "Values that are watched.",
  deps: { adjusted: reads(adjusted, identity) },
  row: z.object({ name: z.string(), date: z.iso.date(), value: z.number() }),
  primaryKey: ["name", "date"],
  partitionedBy: { name: "name", date: "date" },
  partitionsDef: {
    wanted: ({ upstream }) => ({ names: upstream.adjusted.space.names, dates: upstream.adjusted.space.dates }),
    chunks: cutBy({ names: 1, dates: 1 }),
  },
  checks: [everyRow<{ value: number }>("positive", "No value is negative.", ({ value }) => value >= 0)],
  materialize: async ({ inputs }) => ({ rows: await inputs.adjusted.rows() }),
});

/** Made as a whole of every watched partition. */
const watchedSum = assetsWith<unknown>().asset({
  key: "watched_sum",
  group: "t",
  layer: "gold",
  description: "The sum of what is watched.",
  deps: { watched },
  row: z.object({ of: z.string(), sum: z.number() }),
  primaryKey: ["of"],
  async materialize({ inputs }) {
    const { value } = await inputs.watched.columns("value");
    return { rows: [{ of: "all", sum: value.reduce((sum, x) => sum + x, 0) }] };
  },
});

const ended = (run: Run) => Object.fromEntries(run.steps.map((step) => [step.key, step.status]));

for (const { name, ignore, open } of databases) {
  const test = (title: string, body: (partition: PartitionTest) => Promise<void>, further: AnyAsset[] = []) =>
    Deno.test({
      name: `Partitions on ${name}: ${title}`,
      ignore,
      async fn() {
        const database = await open();
        try {
          await withPartitionEngine(database, body, { further });
        } finally {
          await database.close();
        }
      },
    });

  test("makes every partition once, in parts, and nothing a second time", async ({ engine, materialize, calls, rows }) => {
    const run = await materialize();
    assert.equal(run.status, "succeeded", JSON.stringify(run.steps));
    assert.deepEqual(calls(), [
      "quotes: A 2024-01-02, A 2024-01-03, B 2024-01-02, B 2024-01-03",
      "quotes: A 2024-01-04, A 2024-01-05, B 2024-01-04, B 2024-01-05",
      "adjusted: A 2024-01-02, A 2024-01-03, A 2024-01-04, A 2024-01-05, B 2024-01-02, B 2024-01-03, B 2024-01-04, B 2024-01-05",
      "sums: 2024-01-05",
      "headline",
    ]);
    assert.equal((await rows("adjusted")).length, 8);
    assert.deepEqual(await rows("headline"), [{ of: "2024-01-05", sum: 6 }]);
    assert.deepEqual((await engine.states()).map(({ key, state }) => [key, state]), [
      ["events", "fresh"],
      ["quotes", "fresh"],
      ["adjusted", "fresh"],
      ["sums", "fresh"],
      ["headline", "fresh"],
    ]);
    const again = await materialize();
    assert.deepEqual([again.status, again.steps, calls()], ["succeeded", [], []]);
  });

  test("makes only a new date and its readers", async ({ world, materialize, calls, rows }) => {
    await materialize();
    calls();
    world.dates.push("2024-01-08");
    await materialize();
    assert.deepEqual(calls(), [
      "quotes: A 2024-01-08, B 2024-01-08",
      "adjusted: A 2024-01-08, B 2024-01-08",
      "sums: 2024-01-08",
      "headline",
    ]);
    // The sum of the date before is kept: it is a history.
    assert.deepEqual((await rows("sums")).map((row) => row.as_of), ["2024-01-05", "2024-01-08"]);
  });

  test("makes the history of a new name alone", async ({ world, materialize, calls }) => {
    await materialize();
    calls();
    world.names.push("C");
    await materialize();
    assert.deepEqual(calls().slice(0, 3), [
      "quotes: C 2024-01-02, C 2024-01-03",
      "quotes: C 2024-01-04, C 2024-01-05",
      "adjusted: C 2024-01-02, C 2024-01-03, C 2024-01-04, C 2024-01-05",
    ]);
  });

  test("reads due partitions again, and passes on only those that changed", async ({ world, materialize, calls, rows }) => {
    await materialize();
    calls();
    // Partitions are read for good two days after their date.
    world.version = "2024-01-06";
    world.values.set("B 2024-01-05", 5);
    const run = await materialize();
    assert.deepEqual(calls(), [
      "quotes: A 2024-01-04, A 2024-01-05, B 2024-01-04, B 2024-01-05",
      "adjusted: B 2024-01-05",
      "sums: 2024-01-05",
      "headline",
    ]);
    assert.equal(ended(run).quotes, "succeeded");
    assert.deepEqual(await rows("headline"), [{ of: "2024-01-05", sum: 10 }]);
  });

  test("stops at partitions that come out as they were", async ({ world, materialize, calls }) => {
    await materialize();
    calls();
    world.version = "2024-01-06";
    const run = await materialize();
    assert.deepEqual(calls(), ["quotes: A 2024-01-04, A 2024-01-05, B 2024-01-04, B 2024-01-05"]);
    assert.deepEqual(ended(run), {
      quotes: "succeeded",
      adjusted: "up_to_date",
      sums: "up_to_date",
      headline: "up_to_date",
    });
  });

  test("makes partitions stale that an event of one name affects, and names it", async (partition) => {
    const { engine, world, materialize, calls, rows } = partition;
    await materialize();
    calls();
    world.events.push({ name: "B", date: "2024-01-04", ratio: 4 });
    await materialize("events");
    const [state] = await engine.states(["adjusted"]);
    assert.deepEqual(
      state!.reasons.map((r) => [r.kind, r.partitions]),
      [["upstream_changed", {
        count: 2,
        partitions: [{ names: ["B"], dates: [["2024-01-02", "2024-01-03"]] }],
      }]],
    );
    await materialize();
    assert.deepEqual(calls().slice(0, 1), ["adjusted: B 2024-01-02, B 2024-01-03"]);
    assert.deepEqual((await rows("adjusted")).map((r) => r.value), [1, 1, 1, 1, 0.25, 0.25, 1, 1]);
  });

  test("makes history on request of a range, and no readers of the newest date", async (partition) => {
    const { engine, world, materialize, calls, rows } = partition;
    world.dates.push("2024-01-08", "2024-01-09");
    await materialize();
    calls();
    const run = await materialize("sums headline", { range: { from: "2024-01-05", to: "2024-01-08" } });
    assert.equal(run.status, "succeeded");
    assert.deepEqual(calls(), ["sums: 2024-01-05", "sums: 2024-01-08"]);
    assert.deepEqual((await rows("sums")).map((row) => [row.as_of, row.last]), [
      ["2024-01-05", "2024-01-05"],
      ["2024-01-08", "2024-01-08"],
      ["2024-01-09", "2024-01-09"],
    ]);
    assert.deepEqual((await engine.states()).map((s) => s.state), Array(5).fill("fresh"));
  });

  test("publishes what it can, reports failures, and makes only these the next time", async (partition) => {
    const { engine, world, materialize, calls, rows } = partition;
    world.before = (key, partitions) => {
      if (key === "quotes" && partitions.includes("A 2024-01-02")) throw new Error("not to be had");
    };
    const run = await materialize();
    assert.equal(run.status, "failed");
    assert.deepEqual(ended(run), {
      events: "succeeded",
      quotes: "failed",
      adjusted: "succeeded",
      sums: "succeeded",
      headline: "skipped",
    });
    const step = run.steps.find((s) => s.key === "quotes")!;
    assert.deepEqual([step.partitions!.count, step.done!.count, step.failed!.count], [8, 4, 4]);
    assert.match(step.error!.message, /4 partitions of "quotes" could not be made: not to be had/);
    // What reads only partitions that are there is made; the sum over the missing ones waits.
    assert.deepEqual((await rows("adjusted")).map((r) => r.date), [
      "2024-01-04",
      "2024-01-05",
      "2024-01-04",
      "2024-01-05",
    ]);
    assert.deepEqual(await rows("sums"), []);
    const [quotes, , sums] = (await engine.states()).slice(1);
    assert.deepEqual([quotes!.state, quotes!.partitions!.failed, quotes!.partitions!.made], ["failed", 4, 4]);
    assert.equal(sums!.partitions!.waiting > 0, true);
    calls();
    world.before = () => {};
    const again = await materialize();
    assert.equal(again.status, "succeeded");
    assert.deepEqual(calls().slice(0, 2), [
      "quotes: A 2024-01-02, A 2024-01-03, B 2024-01-02, B 2024-01-03",
      "adjusted: A 2024-01-02, A 2024-01-03, B 2024-01-02, B 2024-01-03",
    ]);
    assert.equal((await engine.states(["quotes"]))[0]!.partitions!.failed, 0);
  });

  test("makes no whole asset from one with gaps, and reports the reason", async (partition) => {
    const { engine, world, materialize, rows } = partition;
    world.before = (key, partitions) => {
      if (key === "quotes" && partitions.includes("A 2024-01-02")) throw new Error("not to be had");
    };
    const run = await materialize("+grand_total");
    assert.deepEqual(run.steps.map((s) => [s.key, s.status, s.skippedBecause]).at(-1), [
      "grand_total",
      "skipped",
      "adjusted",
    ]);
    assert.deepEqual(await rows("grand_total"), []);
    const plan = await engine.plan({ selection: "grand_total" });
    assert.deepEqual(plan.steps, []);
    assert.deepEqual(plan.waiting, [{
      key: "grand_total",
      upstream: "adjusted",
      partitions: { count: 4, partitions: [{ names: ["A", "B"], dates: [["2024-01-02", "2024-01-03"]] }] },
    }]);
    world.before = () => {};
    await materialize("+grand_total");
    assert.deepEqual(await rows("grand_total"), [{ of: "all", sum: 8 }]);
  }, [grandTotal]);

  test("makes readers of a partition with rejected rows wait, across runs", async (partition) => {
    const { engine, world, materialize, calls, rows } = partition;
    await materialize("+watched_sum");
    assert.deepEqual(await rows("watched_sum"), [{ of: "all", sum: 8 }]);
    // Rows are rejected, and another change makes stale what reads them.
    world.values.set("B 2024-01-05", -1);
    world.version = "2024-01-06";
    assert.equal((await materialize("+watched_sum")).status, "failed");
    world.events.push({ name: "A", date: "2024-01-03", ratio: 2 });
    calls();
    for (let run = 0; run < 2; run++) {
      await materialize("+watched_sum");
      assert.deepEqual(await rows("watched_sum"), [{ of: "all", sum: 8 }], "of rows that are known to be out of date");
    }
    const plan = await engine.plan({ selection: "watched_sum" });
    assert.deepEqual(plan.waiting.map(({ upstream, partitions }) => [upstream, partitions.count]), [["watched", 1]]);
    world.values.set("B 2024-01-05", 3);
    world.version = "2024-01-07";
    assert.equal((await materialize("+watched_sum")).status, "succeeded");
    assert.deepEqual(await rows("watched_sum"), [{ of: "all", sum: 9.5 }]);
  }, [watched, watchedSum]);

  test("removes partitions that are not wanted any more", async ({ world, materialize, rows }) => {
    await materialize();
    world.names = ["A"];
    const run = await materialize();
    assert.equal(run.status, "succeeded");
    assert.deepEqual(new Set((await rows("quotes")).map((r) => r.name)), new Set(["A"]));
    assert.deepEqual(new Set((await rows("adjusted")).map((r) => r.name)), new Set(["A"]));
    assert.deepEqual(await rows("headline"), [{ of: "2024-01-05", sum: 3 }]);
    assert.deepEqual((await materialize()).steps, []);
  });

  test("does not treat removed partitions as made, when it made others in the same step", async (partition) => {
    const { engine, world, materialize } = partition;
    await materialize();
    world.names = ["A"];
    world.dates.push("2024-01-08");
    await materialize();
    const counts = (await engine.states(["quotes", "adjusted"])).map((
      { partitions },
    ) => [partitions!.made, partitions!.wanted]);
    assert.deepEqual(counts, [[5, 5], [5, 5]]);
    // B comes back: it has to be made again.
    world.names = ["A", "B"];
    const [quotes] = (await engine.states(["quotes"])).map(({ partitions }) => partitions!.missing);
    assert.equal(quotes, 5);
  });

  test("re-materializes partitions of a removed event, even the only one", async (partition) => {
    const { engine, world, materialize, rows } = partition;
    world.events.push({ name: "B", date: "2024-01-04", ratio: 4 });
    await materialize();
    world.events.pop();
    await materialize("events");
    const [state] = await engine.states(["adjusted"]);
    assert.deepEqual(state!.reasons.map(({ partitions }) => partitions), [
      { count: 2, partitions: [{ names: ["B"], dates: [["2024-01-02", "2024-01-03"]] }] },
    ]);
    await materialize();
    assert.deepEqual((await rows("adjusted")).map((row) => row.value), Array(8).fill(1));
  });

  test("reads the newest date that was made, not one that is only wanted", async (partition) => {
    const { world, materialize, calls, rows } = partition;
    await materialize();
    world.dates.push("2024-01-08");
    world.before = (key, partitions) => {
      if (key === "sums" && partitions.includes("2024-01-08")) throw new Error("not today");
    };
    await materialize();
    await materialize("headline", { force: true });
    assert.deepEqual(await rows("headline"), [{ of: "2024-01-05", sum: 6 }]);
    world.before = () => {};
    calls();
    await materialize();
    assert.deepEqual(calls(), ["sums: 2024-01-08", "headline"]);
    assert.deepEqual(await rows("headline"), [{ of: "2024-01-08", sum: 6 }]);
  });

  test("gives one data version to the same rows, however many materializations brought them", async (partition) => {
    const { engine, world, materialize } = partition;
    const version = async () => (await engine.states(["adjusted"]))[0]!.lastMaterialization!.dataVersion;
    await materialize();
    const first = await version();
    world.values.set("A 2024-01-05", 7);
    world.version = "2024-01-06";
    await materialize();
    const second = await version();
    world.values.clear();
    world.version = "2024-01-07";
    await materialize();
    assert.notEqual(second, first);
    assert.equal(await version(), first);
    await materialize("adjusted", { force: true });
    assert.equal(await version(), first);
  });
}
