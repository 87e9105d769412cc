import assert from "node:assert/strict";
import fc from "fast-check";
import { barCalls, cutByCall } from "../../../assets/polled/bar_calls.ts";
import { cutIntoSpans, spanOf } from "../../../assets/polled/spans.ts";
import { PartitionSet, PartitionSpace } from "../../../engine/mod.ts";

const days = (count: number) => Array.from({ length: count }, (_, i) => `2024-01-${String(i + 1).padStart(2, "0")}`);

/** Any partitions of up to six names and eight dates. */
const anyCells = fc.array(fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), { minLength: 1, maxLength: 6 })
  .map((rows) => {
    const space = new PartitionSpace(rows.map((_, i) => `T${i}`), days(8));
    return PartitionSet.at(
      space,
      rows.flatMap((row, n) => row.flatMap((on, d) => on ? [[`T${n}`, space.dates[d]!] as const] : [])),
    );
  });

/** Whether the parts hold each of the partitions exactly once. */
function partition(partitions: PartitionSet, parts: readonly PartitionSet[]): boolean {
  const union = parts.reduce((all, part) => all.union(part), PartitionSet.none(partitions.space));
  return union.difference(partitions).isEmpty && partitions.difference(union).isEmpty &&
    parts.reduce((sum, part) => sum + part.count, 0) === partitions.count && parts.every((part) => !part.isEmpty);
}

Deno.test("cutByCall() makes a part of each call, and each part takes exactly one call", () => {
  fc.assert(fc.property(anyCells, (partitions) => {
    const parts = cutByCall(partitions);
    assert.ok(partition(partitions, parts));
    assert.equal(parts.length, barCalls(partitions).length);
    for (const part of parts) assert.equal(barCalls(part).length, 1);
  }));
});

Deno.test("cutByCall() takes as many calls as there are sessions or tickers, whichever are fewer", () => {
  const all = (tickers: number, sessions: number) =>
    PartitionSet.all(new PartitionSpace(Array.from({ length: tickers }, (_, i) => `T${i}`), days(sessions)));
  assert.equal(cutByCall(all(20, 9)).length, 9);
  assert.equal(cutByCall(all(4, 9)).length, 4);
});

Deno.test("cutIntoSpans() makes parts of dates without a gap, of one name or of all that lack the same", () => {
  fc.assert(fc.property(anyCells, fc.integer({ min: 1, max: 9 }), (partitions, maxDates) => {
    const parts = cutIntoSpans(partitions, { maxDates });
    assert.ok(partition(partitions, parts));
    for (const part of parts) {
      const { from, to, ticker } = spanOf(part);
      const { space, dates, names } = part;
      assert.equal(space.dateAt(to) - space.dateAt(from) + 1, dates.length);
      assert.ok(dates.length <= maxDates);
      assert.equal(ticker !== undefined, names.length === 1);
      assert.equal(part.count, names.length * dates.length);
    }
  }));
});

Deno.test("cutIntoSpans() asks once for many names and a time each for a few", () => {
  const all = (count: number) => PartitionSet.all(new PartitionSpace(days(count).map((_, i) => `T${i}`), days(5)));
  assert.deepEqual(cutIntoSpans(all(4)).map(spanOf), [{ from: "2024-01-01", to: "2024-01-05" }]);
  assert.deepEqual(cutIntoSpans(all(2)).map((part) => spanOf(part).ticker), ["T0", "T1"]);
  assert.equal(cutIntoSpans(all(4), { maxDates: 2 }).length, 3);
});
