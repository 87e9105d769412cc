import assert from "node:assert/strict";
import { InvalidRequestError, NotPartitionedError } from "../../../engine/mod.ts";
import { type PartitionTest, testPartitions } from "../../support/partition_engine.ts";

const test = (title: string, body: (partition: PartitionTest) => Promise<void>) =>
  testPartitions("Engine.impact()", title, body);

test("equals what a change then makes stale, and changes nothing", async ({ engine, world, materialize, calls }) => {
  world.dates.push("2024-01-08", "2024-01-09");
  await materialize();
  await materialize("sums", { range: { from: "2024-01-05" } });
  const range = { from: "2024-01-04", to: "2024-01-05", names: ["B"] };
  const impact = await engine.impact("quotes", range);
  assert.deepEqual([impact.changed, impact.range, impact.partitions, impact.vendorCalls], [
    { count: 2, partitions: [{ names: ["B"], dates: [["2024-01-04", "2024-01-05"]] }] },
    range,
    6,
    0,
  ]);
  assert.deepEqual(impact.steps.map(({ key, partitions }) => [key, partitions?.partitions ?? null]), [
    ["adjusted", [{ names: ["B"], dates: [["2024-01-04", "2024-01-05"]] }]],
    ["sums", [{ names: null, dates: [["2024-01-05", "2024-01-09"]] }]],
    ["headline", null],
  ]);
  for (const { key, minutes } of impact.steps) assert.ok(minutes! >= 0 && minutes! < 1, `${key} takes ${minutes}`);
  assert.equal(impact.minutes, impact.steps.reduce((sum, { minutes }) => sum + minutes!, 0));
  calls();
  assert.deepEqual((await materialize()).steps, []);
  // And so it comes.
  world.values.set("B 2024-01-04", 3);
  world.values.set("B 2024-01-05", 3);
  await materialize("quotes", { force: true, range });
  await materialize();
  assert.deepEqual(calls().slice(1), [
    "adjusted: B 2024-01-04, B 2024-01-05",
    "sums: 2024-01-05",
    "sums: 2024-01-08",
    "sums: 2024-01-09",
    "headline",
  ]);
});

test("follows events back in time, and stops where there are no more readers", async ({ engine, world, materialize }) => {
  world.events.push({ name: "B", date: "2024-01-04", ratio: 2 });
  await materialize();
  const impact = await engine.impact("events", { names: ["B"], to: "2024-01-04" });
  assert.deepEqual(impact.steps.map(({ key, partitions }) => [key, partitions?.count ?? null]), [
    ["adjusted", 2],
    ["sums", 1],
    ["headline", null],
  ]);
  assert.deepEqual((await engine.impact("headline")).steps, []);
  assert.equal((await engine.impact("sums")).steps.length, 1);
  // A newer date that is only wanted is not what the headline reads.
  world.dates.push("2024-01-08");
  const restated = await engine.impact("sums", { from: "2024-01-05", to: "2024-01-05" });
  assert.deepEqual(restated.steps.map(({ key }) => key), ["headline"]);
  await assert.rejects(engine.impact("headline", { from: "2024-01-04" }), InvalidRequestError);
  await assert.rejects(engine.impact("quotes", { from: "2025-01-01" }), /"quotes" has no partitions in this range/);
  await assert.rejects(engine.impact("quotes", { names: ["B", "Z"] }), /"quotes" has no Z\. Its names are A, B\./);
  await assert.rejects(engine.impact("sums", { names: ["B"] }), /The partitions of "sums" have no names/);
  await assert.rejects(
    engine.impact("sums", { from: "2024-01-05", to: "2024-01-04" }),
    /begins on 2024-01-05 and ends on 2024-01-04, which is earlier/,
  );
});

test("has no duration for steps that never ran", async ({ engine }) => {
  const impact = await engine.impact("quotes");
  assert.deepEqual([impact.minutes, impact.steps[0]!.minutes], [null, null]);
  assert.deepEqual(impact.steps.map(({ key, partitions }) => [key, partitions?.count ?? null]), [
    ["adjusted", 8],
    ["sums", 1],
    ["headline", null],
  ]);
});

testPartitions("partitionReport()", "puts each partition in one state", async ({ engine, world, materialize }) => {
  world.dates.push("2024-01-08");
  world.before = (key, partitions) => {
    if (key === "quotes" && partitions.includes("A 2024-01-08")) throw new Error("not to be had");
  };
  await materialize();
  const states = async (key: string) => {
    const counts = Object.entries((await engine.partitions(key)).states).map(([state, { count }]) => [state, count]);
    return Object.fromEntries(counts.filter(([, count]) => count !== 0));
  };
  assert.deepEqual(await states("quotes"), { failed: 2, fresh: 8 });
  assert.deepEqual(await states("adjusted"), { waiting: 2, fresh: 8 });
  assert.deepEqual(await states("sums"), { waiting: 1, missing: 2 });
  await assert.rejects(engine.partitions("headline"), NotPartitionedError);
  world.names = ["A"];
  assert.deepEqual(await states("quotes"), { gone: 4, failed: 1, fresh: 4 });
  const report = await engine.partitions("quotes");
  assert.deepEqual([report.axes.names!.values, report.axes.dates!.values.length], [["A", "B"], 5]);
});
