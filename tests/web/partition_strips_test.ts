import assert from "node:assert/strict";
import { partitionReport } from "../../engine/judge/partition_report.ts";
import type { PartitionState } from "../../engine/judge/partition_state.ts";
import { PartitionSet, PartitionSpace } from "../../engine/mod.ts";
import { namesInWords, partitionStrips } from "../../web/partition_strips.ts";
import { PartitionStrips } from "../../web/components/partition_strips.tsx";

const quotes = { key: "quotes", partitionedBy: { name: "ticker", date: "session" } };

function stateOf(
  space: PartitionSpace,
  partitions: Partial<Record<"made" | "stale" | "expected" | "missing", PartitionSet>>,
): PartitionState {
  const none = PartitionSet.none(space);
  return {
    key: "quotes",
    space,
    wanted: PartitionSet.all(space),
    made: partitions.made ?? none,
    missing: partitions.missing ?? none,
    expected: partitions.expected ?? none,
    stale: partitions.stale ?? none,
    reasons: [],
    gone: none,
    lost: none,
    lostBecause: null,
    fresh: none,
    waiting: [],
    failed: [],
    latestAlone: false,
    groups: [],
  };
}

Deno.test("partitionStrips() has a strip for each group of names in the same states, largest first", () => {
  const space = new PartitionSpace(["A", "B", "C"], ["2024-01-02", "2024-01-03", "2024-01-04"]);
  const missing = PartitionSet.at(space, [["B", "2024-01-03"]]);
  const stale = PartitionSet.at(space, [["A", "2024-01-04"], ["C", "2024-01-04"]]);
  const made = PartitionSet.all(space).difference(missing);
  assert.deepEqual(partitionStrips(partitionReport(quotes, stateOf(space, { made, missing, stale }))), [
    { names: ["A", "C"], spans: [{ state: "fresh", start: 0, end: 2 }, { state: "stale", start: 2, end: 3 }] },
    {
      names: ["B"],
      spans: [
        { state: "fresh", start: 0, end: 1 },
        { state: "missing", start: 1, end: 2 },
        { state: "fresh", start: 2, end: 3 },
      ],
    },
  ]);
});

Deno.test("partitionStrips() shows no name for partitions without one, and nothing without dates", () => {
  const dates = new PartitionSpace([""], ["2024-01-02", "2024-01-03"]);
  assert.deepEqual(partitionStrips(partitionReport(quotes, stateOf(dates, { made: PartitionSet.all(dates) }))), [
    { names: [], spans: [{ state: "fresh", start: 0, end: 2 }] },
  ]);
  const names = new PartitionSpace(["A"], [""]);
  assert.deepEqual(partitionStrips(partitionReport(quotes, stateOf(names, { made: PartitionSet.all(names) }))), []);
});

Deno.test("PartitionStrips() shows 100,000 partitions in a page that stays small", () => {
  const names = Array.from({ length: 500 }, (_, i) => `T${i}`);
  const dates = Array.from(
    { length: 200 },
    (_, i) => Temporal.PlainDate.from("2024-01-01").add({ days: i }).toString(),
  );
  const space = new PartitionSpace(names, dates);
  // Every name begins on a day of its own.
  const made = PartitionSet.of(space, (at) => [at % 150, 200]);
  const report = partitionReport(quotes, stateOf(space, { made, expected: PartitionSet.all(space).difference(made) }));
  assert.equal(Object.values(report.states).reduce((sum, { count }) => sum + count, 0), 100_000);
  assert.equal(partitionStrips(report).length, 150);
  const html = String(PartitionStrips({ report }));
  assert.ok(html.length < 50_000, `${html.length} characters`);
  assert.equal(html.match(/<svg/g)!.length, 40);
});

Deno.test("namesInWords() names a few and counts the others", () => {
  assert.equal(namesInWords(["A", "B"]), "A, B");
  assert.equal(namesInWords(["A", "B", "C", "D", "E"]), "A, B, C and 2 others");
});
