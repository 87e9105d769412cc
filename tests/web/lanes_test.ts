import assert from "node:assert/strict";
import fc from "fast-check";
import { lanes } from "../../web/lanes.ts";

Deno.test("lanes() keeps a chain in one lane", () => {
  const { nodes, edges } = lanes([
    { key: "a", upstream: [] },
    { key: "b", upstream: ["a"] },
    { key: "c", upstream: ["b"] },
  ]);
  assert.deepEqual(nodes, [{ row: 0, lane: 0 }, { row: 1, lane: 0 }, { row: 2, lane: 0 }]);
  assert.deepEqual(edges.map(({ from, to }) => [from.row, to.row]), [[0, 1], [1, 2]]);
});

Deno.test("lanes() gives a branch its own lane, and the lane back where branches meet", () => {
  const { nodes } = lanes([
    { key: "a", upstream: [] },
    { key: "left", upstream: ["a"] },
    { key: "right", upstream: ["a"] },
    { key: "end", upstream: ["left", "right"] },
  ]);
  assert.deepEqual(nodes.map((n) => n.lane), [0, 1, 0, 0]);
});

Deno.test("lanes() never leads a line through a node that it does not belong to", () => {
  const graphs = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 25 });
  fc.assert(fc.property(graphs, (spec) => {
    const { nodes, edges } = lanes(spec.map((upstream, i) => ({
      key: `n${i}`,
      upstream: i === 0 ? [] : [...new Set(upstream.map((n) => `n${n % i}`))],
    })));
    for (const { from, to } of edges) {
      for (const node of nodes) {
        const between = node.row > from.row && node.row < to.row;
        assert.ok(!(between && node.lane === from.lane), `row ${node.row} stands between ${from.row} and ${to.row}`);
      }
    }
  }));
});
