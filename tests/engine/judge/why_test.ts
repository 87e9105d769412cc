import assert from "node:assert/strict";
import { type Explanation, InvalidRequestError, UnknownAssetError } from "../../../engine/mod.ts";
import { type PartitionTest, testPartitions } from "../../support/partition_engine.ts";

/** The tree as lines, causes below what they explain. */
function lines({ key, partition, partitions, state, because, rows = [], causes }: Explanation, depth = 0): string[] {
  const of = partition ? ` ${Object.values(partition).join(" ")}` : partitions ? ` (${partitions.count})` : "";
  const indent = "  ".repeat(depth);
  return [
    `${indent}${key}${of}: ${state}, ${because.replaceAll(/(materialization|run) \d+/g, "$1 N")}`,
    ...rows.map((row) => `${indent}  - ${row}`),
    ...causes.flatMap((cause) => lines(cause, depth + 1)),
  ];
}

const test = (title: string, body: (partition: PartitionTest) => Promise<void>) =>
  testPartitions("Engine.why()", title, body);

test("names the event that made a partition stale, and why it was read", async ({ engine, world, materialize }) => {
  await materialize();
  world.events.push({ name: "B", date: "2024-01-04", ratio: 4 });
  await materialize("events");
  assert.deepEqual(lines(await engine.why("adjusted", { name: "B", date: "2024-01-02" })), [
    "adjusted B 2024-01-02: stale, upstream events changed in materialization N",
    "  events: changed, materialization N in run N changed it: the data of its source changed",
    "    - added B 2024-01-04: ratio 4",
  ]);
  assert.match(
    (await engine.why("adjusted", { name: "A", date: "2024-01-02" })).because,
    /its inputs have not changed/,
  );
  world.events[0]!.ratio = 2;
  await materialize("events");
  const [first, second] = [await engine.why("adjusted"), await engine.why("sums", { date: "2024-01-05" })];
  assert.deepEqual([first.state, first.partitions, first.others.map((f) => [f.state, f.partitions!.count])], [
    "stale",
    { count: 2, partitions: [{ names: ["B"], dates: [["2024-01-02", "2024-01-03"]] }] },
    [["stale", 2], ["fresh", 6]],
  ]);
  // What reads it comes to the same cause through it.
  assert.deepEqual(lines(second).slice(0, 2), [
    "sums 2024-01-05: stale, upstream adjusted is not fresh in what it reads",
    "  adjusted B 2024-01-03: stale, upstream events changed in materialization N",
  ]);
  assert.equal((await engine.why("sums", { date: "2024-01-04" })).state, "missing", "it was never made");
  await materialize("adjusted");
  assert.deepEqual(lines(await engine.why("headline")), [
    "headline: stale, upstream sums is stale",
    "  sums 2024-01-05: stale, upstream adjusted changed in materialization N",
    "    adjusted: changed, materialization N in run N changed it: upstream events changed in materialization N; upstream events changed in materialization N",
    "      - B 2024-01-03: value 1 → 0.5",
    "      events: changed, materialization N in run N changed it: the data of its source changed",
    "        - added B 2024-01-04: ratio 2",
  ]);
});

test("explains missing, waiting, failed, gone, kept and never requested partitions", async (partition) => {
  const { engine, world, materialize } = partition;
  assert.deepEqual(lines(await engine.why("headline")), [
    "headline: waiting, it reads 2024-01-05 of sums, which is not there yet",
    "  sums 2024-01-05: waiting, upstream adjusted has never been materialized",
    "    adjusted (8): waiting, upstream quotes has never been materialized",
    "      quotes (8): missing, it has never been materialized, and the next run makes it",
  ]);
  world.dates.push("2024-01-08");
  world.before = (key, partitions) => {
    if (key === "quotes" && partitions.includes("A 2024-01-08")) throw new Error("not to be had");
  };
  await materialize();
  assert.deepEqual(lines(await engine.why("headline")), [
    "headline: waiting, it reads 2024-01-08 of sums, which is not there yet",
    "  sums 2024-01-08: waiting, it reads 2 partitions of A, B on 2024-01-08 of adjusted, which are not there yet",
    "    adjusted (2): blocked, it reads 2 partitions of A, B on 2024-01-08 of quotes, which could not be made in run N",
    "      quotes (2): failed, it could not be made in run N: not to be had",
  ]);
  assert.deepEqual(lines(await engine.why("adjusted", { name: "A", date: "2024-01-08" })), [
    "adjusted A 2024-01-08: blocked, it reads A on 2024-01-08 of quotes, which could not be made in run N",
    "  quotes A 2024-01-08: failed, it could not be made in run N: not to be had",
  ]);
  world.before = () => {};
  await materialize();
  assert.deepEqual(lines(await engine.why("sums", { date: "2024-01-04" })), [
    "sums 2024-01-04: missing, it was never requested: only the newest date of sums is made automatically. Request it by a backfill of sums from 2024-01-04 to 2024-01-04",
  ]);
  // What is advised makes it, also if upstream is missing as well.
  world.dates.push("2024-01-09", "2024-01-10");
  await materialize("quotes");
  const never = (await engine.why("sums")).others.find(({ because }) => because.startsWith("it was never requested"))!;
  const [, selection, from, to] = /a backfill of (\S+) from (\S+) to (\S+)$/.exec(never.because)!;
  assert.deepEqual([selection, never.partitions!.count], ["+sums", 3]);
  const plan = await engine.backfills.plan({ selection: selection!, from, to });
  assert.deepEqual(plan.assets.find(({ key }) => key === "sums")!.partitions!.count, 3);
  assert.deepEqual((await engine.backfills.plan({ selection: "sums", from, to })).skipped[0]!.upstream, "adjusted");
  assert.match(
    (await engine.why("sums", { date: "2024-01-09" })).because,
    /^it reads .* of adjusted, which are not there yet\. Request it by a backfill of \+sums from 2024-01-09 to 2024-01-09$/,
  );
  world.dates.splice(-3);
  assert.match((await engine.why("quotes", { date: "2024-01-08" })).because, /the next run removes it/);
  await materialize();
  assert.match((await engine.why("sums", { date: "2024-01-08" })).because, /kept unchanged/);
});

test("reports which settings and which rows changed", async ({ world, materialize, reopen }) => {
  await materialize();
  const engine = await reopen({ adjusted: { scale: 3 } });
  const config = await engine.why("adjusted");
  assert.deepEqual([config.because, config.settings, config.partitions!.count], [
    "its settings changed: scale 1 → 3",
    [{ setting: "scale", from: 1, to: 3 }],
    8,
  ]);
  await materialize();
  world.version = "2024-01-06";
  assert.deepEqual(lines(await engine.why("quotes")), [
    "quotes (4): stale, it was read at 2024-01-05 and is due again, because later restatements are possible",
  ]);
  world.values.set("A 2024-01-04", 0);
  world.values.set("B 2024-01-05", 9);
  await materialize("quotes");
  assert.deepEqual(lines(await engine.why("adjusted", { date: "2024-01-05" })), [
    "adjusted B 2024-01-05: stale, upstream quotes changed in materialization N",
    "  quotes: changed, materialization N in run N changed it: it was read at 2024-01-05 and is due again, because later restatements are possible",
    "    - B 2024-01-05: value 1 → 9",
  ]);
  assert.deepEqual((await engine.why("adjusted")).causes[0]!.rows, [
    "removed A 2024-01-04: value 1",
    "B 2024-01-05: value 1 → 9",
  ]);
});

test("refuses unknown assets and partitions", async ({ engine, world, materialize }) => {
  await materialize();
  await assert.rejects(engine.why("nothing"), UnknownAssetError);
  await assert.rejects(engine.why("quotes", { name: "Z" }), /"quotes" has no partition with the name "Z".*A, B/);
  await assert.rejects(engine.why("quotes", { date: "2023-01-01" }), /Its dates go from 2024-01-02 to 2024-01-05\.$/);
  world.dates.push("2024-01-09");
  await assert.rejects(
    engine.why("quotes", { date: "2024-01-07" }),
    /Its dates go from 2024-01-02 to 2024-01-09; the nearest are 2024-01-05 and 2024-01-09\.$/,
  );
  await assert.rejects(engine.why("quotes", { date: "abc" }), /"abc" is not a date\. Write it as YYYY-MM-DD/);
  await assert.rejects(engine.why("sums", { name: "A" }), /Its partitions have no name/);
  await assert.rejects(engine.why("headline", { date: "2024-01-05" }), InvalidRequestError);
});

testPartitions(
  "Engine.why()",
  "calls an asset fresh whose history was not requested, and mentions that last",
  async (partition) => {
    const { engine, world, materialize } = partition;
    world.dates.push("2024-01-08");
    await materialize();
    const { state, others } = await engine.why("sums");
    assert.deepEqual([state, others.map((other) => [other.state, other.partitions?.count])], ["fresh", [[
      "missing",
      2,
    ]]]);
  },
);
