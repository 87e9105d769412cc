import assert from "node:assert/strict";
import fc from "fast-check";
import { optics } from "../../quant/optics.ts";
import { pseudoRandom } from "../support/pseudo_random.ts";
import fixture from "./fixtures/multivariate.json" with { type: "json" };

const pointsOf = (rows: number[][]) => rows.map((row) => Float64Array.from(row));
const value = (written: number | string) => (written === "inf" ? Infinity : Number(written));

for (const expected of fixture.optics) {
  Deno.test(`optics() equals scikit-learn on one distance matrix: ${expected.name}`, () => {
    const { minSamples, maxEps, xi } = expected.options;
    const result = optics(pointsOf(expected.points), { minSamples, maxEps: value(maxEps), xi });
    assert.deepEqual(Array.from(result.ordering), expected.ordering);
    assert.deepEqual(Array.from(result.predecessor), expected.predecessor);
    assert.deepEqual(Array.from(result.reachability), expected.reachability.map(value));
    assert.deepEqual(Array.from(result.coreDistances), expected.coreDistances.map(value));
    assert.deepEqual(result.hierarchy, expected.hierarchy);
    assert.deepEqual(Array.from(result.labels), expected.labels);
  });
}

/** Groups of points around random centres, and some in between. */
function groups(seed: number, count: number): Float64Array[] {
  const random = pseudoRandom(seed);
  const centres = Array.from(
    { length: 1 + Math.floor(count / 15) },
    () => Array.from({ length: 3 }, () => 8 * random()),
  );
  return Array.from({ length: count }, (_, i) => {
    const centre = centres[i % centres.length]!;
    const spread = i % 5 === 0 ? 4 : 0.4;
    return Float64Array.from(centre, (c) => c + spread * (random() + random() + random() - 1.5));
  });
}

Deno.test("optics() keeps its labels under noise of 1e-12", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 20, max: 120 }),
      fc.constantFrom({ minSamples: 5, maxEps: 10, xi: 0.1 }, { minSamples: 3, maxEps: 5, xi: 0.05 }),
      (seed, count, preset) => {
        const points = groups(seed, count);
        const random = pseudoRandom(seed + 1);
        const noisy = points.map((point) => point.map((x) => x + 1e-12 * (2 * random() - 1)));
        assert.deepEqual(optics(noisy, preset).labels, optics(points, preset).labels);
      },
    ),
    { numRuns: 60, seed: 20240607 },
  );
});

Deno.test("optics() reaches every point once and never below the core distance of its predecessor", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 80 }), (seed, count) => {
      const points = groups(seed, count);
      const { ordering, reachability, predecessor, coreDistances, labels, hierarchy } = optics(points, {
        minSamples: 4,
      });
      assert.deepEqual(ordering.toSorted(), Int32Array.from({ length: count }, (_, i) => i));
      predecessor.forEach((from, point) => {
        if (from < 0) return assert.equal(reachability[point], Infinity);
        assert.ok(reachability[point]! >= coreDistances[from]!);
        assert.ok(ordering.indexOf(from) < ordering.indexOf(point));
      });
      for (const [first, last] of hierarchy) assert.ok(last - first + 1 >= 4);
      const sizes = new Map<number, number>();
      for (const label of labels) if (label >= 0) sizes.set(label, (sizes.get(label) ?? 0) + 1);
      assert.deepEqual([...sizes.keys()].sort((a, b) => a - b), Array.from({ length: sizes.size }, (_, i) => i));
      for (const size of sizes.values()) assert.ok(size >= 4);
    }),
    { numRuns: 60, seed: 1 },
  );
});

Deno.test("optics() does not depend on where the axes are or which way they point", () => {
  const points = groups(5, 90);
  const moved = points.map((p) => Float64Array.of(-p[2]!, p[0]!, p[1]!));
  assert.deepEqual(optics(moved).labels, optics(points).labels);
});

Deno.test("optics() of fewer points than minSamples is all noise", () => {
  const result = optics(pointsOf([[1], [2], [3]]), { minSamples: 4 });
  assert.deepEqual(result.labels, Int32Array.of(-1, -1, -1));
  assert.deepEqual(result.ordering, Int32Array.of(0, 1, 2));
  assert.deepEqual(result.coreDistances, Float64Array.of(Infinity, Infinity, Infinity));
  assert.deepEqual(optics(pointsOf([[1, 2]])).labels, Int32Array.of(-1));
});

Deno.test("optics() of no points is empty", () => {
  assert.deepEqual(optics([]), {
    labels: new Int32Array(0),
    ordering: new Int32Array(0),
    reachability: new Float64Array(0),
    coreDistances: new Float64Array(0),
    predecessor: new Int32Array(0),
    hierarchy: [],
  });
});

Deno.test("optics() of coinciding points puts them in one cluster", () => {
  const result = optics(Array.from({ length: 6 }, () => Float64Array.of(1, 1)), { minSamples: 3 });
  assert.deepEqual(result.coreDistances, new Float64Array(6));
  assert.deepEqual(result.labels, new Int32Array(6));
});

Deno.test("optics() tolerates distances that overflow", () => {
  const points = pointsOf([[1e200], [1e200], [-1e200], [-1e200]]);
  const { predecessor } = optics(points, { minSamples: 2, maxEps: 1 });
  assert.deepEqual(predecessor, Int32Array.of(-1, 0, -1, 2));
});

Deno.test("optics() refuses NaN, infinities, unequal dimensions and options out of range", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    assert.throws(() => optics(pointsOf([[1, 2], [3, bad]])), /Point 1 holds/);
  }
  assert.throws(() => optics(pointsOf([[1, 2], [3]])), RangeError);
  const points = pointsOf([[1], [2]]);
  for (const minSamples of [0, 1, 2.5, NaN]) assert.throws(() => optics(points, { minSamples }), RangeError);
  for (const maxEps of [0, -1, NaN]) assert.throws(() => optics(points, { maxEps }), RangeError);
  for (const xi of [-0.1, 1, NaN]) assert.throws(() => optics(points, { xi }), RangeError);
});
