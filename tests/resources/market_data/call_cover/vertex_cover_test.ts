import assert from "node:assert/strict";
import fc from "fast-check";
import { type BipartiteGraph, minimumVertexCover } from "../../../../resources/market_data/call_cover/vertex_cover.ts";

/** A graph from its costs and, for each left node, the right nodes next to it. */
function graphOf(leftCosts: number[], rightCosts: number[], adjacency: number[][]): BipartiteGraph {
  const starts = new Int32Array(leftCosts.length + 1);
  for (const [left, rights] of adjacency.entries()) starts[left + 1] = starts[left]! + rights.length;
  return {
    leftCosts: Int32Array.from(leftCosts),
    rightCosts: Int32Array.from(rightCosts),
    starts,
    neighbours: Int32Array.from(adjacency.flat()),
  };
}

interface Weighted {
  leftCosts: number[];
  rightCosts: number[];
  /** For each left node, the right nodes next to it. */
  adjacency: number[][];
}

const costs = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });
const weighted: fc.Arbitrary<Weighted> = fc.tuple(costs, costs).chain(([leftCosts, rightCosts]) =>
  fc.array(fc.subarray(rightCosts.map((_, right) => right)), {
    minLength: leftCosts.length,
    maxLength: leftCosts.length,
  }).map((adjacency) => ({ leftCosts, rightCosts, adjacency }))
);

/** Costs of a choice of right nodes and of the left nodes that it leaves necessary. */
function costOf(
  chosen: number,
  { leftCosts, rightCosts, adjacency }: Weighted,
) {
  const right = rightCosts.reduce((sum, cost, i) => sum + (chosen >> i & 1) * cost, 0);
  return adjacency.reduce(
    (sum, rights, left) => sum + (rights.every((i) => (chosen >> i & 1) === 1) ? 0 : leftCosts[left]!),
    right,
  );
}

Deno.test("minimumVertexCover() touches every edge at the least cost, with every right node of any cheapest cover", () => {
  fc.assert(
    fc.property(weighted, (graph) => {
      const { leftCosts, rightCosts, adjacency } = graph;
      const cover = minimumVertexCover(graphOf(leftCosts, rightCosts, adjacency));
      for (const [left, rights] of adjacency.entries()) {
        for (const right of rights) assert.ok(cover.left[left] === 1 || cover.right[right] === 1, `${left}–${right}`);
      }
      const cost = leftCosts.reduce((sum, cost, i) => sum + cover.left[i]! * cost, 0) +
        rightCosts.reduce((sum, cost, i) => sum + cover.right[i]! * cost, 0);

      let least = Infinity;
      let everyRight = 0;
      for (let chosen = 0; chosen < 1 << rightCosts.length; chosen++) {
        const candidate = costOf(chosen, graph);
        if (candidate < least) [least, everyRight] = [candidate, 0];
        if (candidate === least) everyRight |= chosen;
      }
      assert.equal(cost, least);
      assert.deepEqual([...cover.right], rightCosts.map((_, i) => everyRight >> i & 1));
    }),
    { numRuns: 500 },
  );
});

Deno.test("minimumVertexCover() undoes a first choice that was in the way", () => {
  // Each left node first takes the right node that the next one needs: the flow has to be led back along the whole chain.
  const length = 400;
  const adjacency = Array.from({ length }, (_, i) => i === 0 ? [0] : [i - 1, i]).toReversed();
  const ones = Array.from({ length }, () => 1);
  const cover = minimumVertexCover(graphOf(ones, ones, adjacency));
  assert.deepEqual([...cover.right], ones);
  assert.deepEqual([...cover.left], ones.map(() => 0));
});

Deno.test("minimumVertexCover() of nothing is nothing", () => {
  const cover = minimumVertexCover(graphOf([], [], []));
  assert.deepEqual([cover.left.length, cover.right.length], [0, 0]);
  assert.deepEqual(minimumVertexCover(graphOf([3], [4], [[]])), {
    left: Uint8Array.of(0),
    right: Uint8Array.of(0),
  });
});
