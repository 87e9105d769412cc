import assert from "node:assert/strict";
import fc from "fast-check";
import {
  difference,
  intersection,
  numbersOf,
  type Ranges,
  rangesOf,
  size,
  union,
} from "../../../engine/partitions/ranges.ts";

const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 40 })).map((list) => list.toSorted((a, b) => a - b));

/** Throws unless the ranges are ascending, not empty, and neither overlap nor touch. */
function assertNormal(ranges: Ranges): void {
  assert.equal(ranges.length % 2, 0);
  for (let i = 1; i < ranges.length; i++) assert.ok(ranges[i]! > ranges[i - 1]!, `${ranges}`);
}

Deno.test("rangesOf() and numbersOf() are each other's inverse, and size() counts", () => {
  fc.assert(fc.property(numbers, (list) => {
    const ranges = rangesOf(list);
    assertNormal(ranges);
    assert.deepEqual([...numbersOf(ranges)], list);
    assert.equal(size(ranges), list.length);
    assert.deepEqual(rangesOf(list.flatMap((n) => [n, n])), ranges, "repeated numbers count once");
  }));
});

const operations = {
  union: { ofRanges: union, ofSets: (a: Set<number>, b: Set<number>) => a.union(b) },
  intersection: { ofRanges: intersection, ofSets: (a: Set<number>, b: Set<number>) => a.intersection(b) },
  difference: { ofRanges: difference, ofSets: (a: Set<number>, b: Set<number>) => a.difference(b) },
};

for (const [name, { ofRanges, ofSets }] of Object.entries(operations)) {
  Deno.test(`${name}() of ranges is that of the sets of their numbers`, () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const result = ofRanges(rangesOf(a), rangesOf(b));
        assertNormal(result);
        assert.deepEqual([...numbersOf(result)], [...ofSets(new Set(a), new Set(b))].sort((x, y) => x - y));
      }),
      { numRuns: 500 },
    );
  });
}
