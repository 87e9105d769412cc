import assert from "node:assert/strict";
import { type PartitionTest, testPartitions } from "../support/partition_engine.ts";

const test = (title: string, body: (partition: PartitionTest) => Promise<void>) =>
  testPartitions("Partitions", title, body);

test("makes a date that comes to lie between those that were made", async ({ world, materialize, calls, rows }) => {
  world.dates = ["2024-01-02", "2024-01-04", "2024-01-05"];
  await materialize();
  calls();
  world.dates = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"];
  await materialize();
  assert.deepEqual(calls(), [
    "quotes: A 2024-01-03, B 2024-01-03",
    "adjusted: A 2024-01-03, B 2024-01-03",
    "sums: 2024-01-05",
    // Its sum came out as it was.
  ]);
  assert.equal((await rows("quotes")).length, 8);
});

test("removes a date that lay between others, and passes that on", async ({ world, materialize, calls, rows }) => {
  world.values.set("A 2024-01-04", 5);
  await materialize();
  calls();
  world.dates = ["2024-01-02", "2024-01-03", "2024-01-05"];
  await materialize();
  assert.deepEqual(calls(), ["sums: 2024-01-05", "headline"]);
  assert.equal((await rows("adjusted")).length, 6);
  assert.deepEqual(await rows("headline"), [{ of: "2024-01-05", sum: 6 }]);
});

test("takes back the only event, also the last one that there was", async ({ world, materialize, calls, rows }) => {
  world.events.push({ name: "B", date: "2024-01-05", ratio: 4 });
  await materialize();
  calls();
  world.events = [];
  await materialize();
  assert.deepEqual(calls(), ["adjusted: B 2024-01-02, B 2024-01-03, B 2024-01-04", "sums: 2024-01-05", "headline"]);
  assert.deepEqual((await rows("adjusted")).map(({ value }) => value), Array(8).fill(1));
});

test("re-materializes kept partitions that are wanted again and outdated", async (partition) => {
  const { engine, world, materialize, calls, rows } = partition;
  const before = world.dates;
  await materialize();
  world.dates = before.slice(0, 3);
  await materialize();
  assert.deepEqual((await rows("sums")).map((row) => [row.as_of, row.sum]), [["2024-01-04", 6], ["2024-01-05", 6]]);
  world.values.set("A 2024-01-04", 5);
  world.version = "2024-01-06";
  await materialize();
  calls();
  world.dates = before;
  await materialize();
  assert.equal(calls().includes("sums: 2024-01-05"), true);
  assert.deepEqual((await rows("sums")).map((row) => [row.as_of, row.sum]), [["2024-01-04", 10], ["2024-01-05", 10]]);
  assert.deepEqual((await engine.states()).map(({ state }) => state), Array(5).fill("fresh"));
});

test("makes nothing stale after an identical publication", async ({ world, materialize, calls }) => {
  world.events.push({ name: "B", date: "2024-01-03", ratio: 4 });
  await materialize();
  await materialize("events", { force: true });
  world.events.push({ name: "A", date: "2024-01-03", ratio: 2 });
  calls();
  await materialize();
  assert.deepEqual(calls(), ["adjusted: A 2024-01-02"]);
});

test("counts no failure of unwanted partitions", async ({ engine, world, materialize }) => {
  await materialize();
  world.names.push("C");
  world.before = (_, partitions) => {
    if (partitions.some((at) => at.startsWith("C "))) throw new Error("not to be had");
  };
  await materialize();
  assert.equal((await engine.states(["quotes"]))[0]!.partitions!.failed, 4);
  world.names.pop();
  const [quotes, adjusted] = await engine.states(["quotes", "adjusted"]);
  assert.deepEqual([quotes!.partitions!.failed, quotes!.partitions!.wanted, adjusted!.partitions!.wanted], [0, 8, 8]);
  world.before = () => {};
  // And those of a partition that was made before and could not be made again do.
  world.version = "2024-01-07";
  world.before = () => {
    throw new Error("not to be had either");
  };
  await materialize();
  assert.equal((await engine.states(["quotes"]))[0]!.partitions!.failed, 4);
});
