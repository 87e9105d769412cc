import assert from "node:assert/strict";
import type { BackfillPartitionState, Rectangle, SomePartitions } from "../../engine/mod.ts";
import { stripOf } from "../../web/backfill_strip.ts";

function partitions(
  given: Partial<Record<BackfillPartitionState, Rectangle[]>>,
): Record<BackfillPartitionState, SomePartitions> {
  const some = (state: BackfillPartitionState) => ({ count: 0, partitions: given[state] ?? [] });
  return {
    done: some("done"),
    running: some("running"),
    missing: some("missing"),
    failed: some("failed"),
    skipped: some("skipped"),
  };
}

Deno.test("stripOf() stacks on each day the share of names in each state, and joins days that are alike", () => {
  const strip = stripOf(partitions({
    done: [{ names: ["A", "B", "C"], dates: [["2024-01-01", "2024-01-04"]] }],
    failed: [{ names: ["D"], dates: [["2024-01-03", "2024-01-04"]] }, {
      names: ["E"],
      dates: [["2024-01-06", "2024-01-06"]],
    }],
  }));
  assert.deepEqual(strip, {
    width: 6,
    dates: ["2024-01-01", "2024-01-06"],
    columns: [
      { at: 0, width: 2, shares: [{ state: "done", share: 1 }] },
      { at: 2, width: 2, shares: [{ state: "done", share: 0.75 }, { state: "failed", share: 0.25 }] },
      { at: 5, width: 1, shares: [{ state: "failed", share: 1 }] },
    ],
  });
});

Deno.test("stripOf() shows a single day of many years, in 240 columns at most", () => {
  const strip = stripOf(partitions({
    missing: [{ names: null, dates: [["2000-01-01", "2025-12-31"]] }],
    done: [{ names: null, dates: [["2010-06-01", "2010-06-01"]] }],
  }));
  assert.equal(strip.width, 240);
  const mixed = strip.columns.filter(({ shares }) => shares.length === 2);
  assert.equal(mixed.length, 1);
  assert.ok(mixed[0]!.shares.every(({ share }) => share > 0));
});

Deno.test("stripOf() shows partitions without dates as one column, and no partitions as none", () => {
  const strip = stripOf(
    partitions({ done: [{ names: ["A"], dates: null }], missing: [{ names: ["B", "C", "D"], dates: null }] }),
  );
  assert.deepEqual([strip.width, strip.dates], [1, null]);
  assert.deepEqual(strip.columns.map(({ shares }) => shares.map(({ share }) => share)), [[0.25, 0.75]]);
  assert.deepEqual(stripOf(partitions({})).columns, []);
});
