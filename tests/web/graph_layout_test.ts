import assert from "node:assert/strict";
import { assetGraph } from "../../engine/mod.ts";
import { syntheticAssets } from "../support/synthetic_graph.ts";
import { type GraphNode, layoutGraph, nodeHeight } from "../../web/graph_layout.ts";
import { GraphLayouts } from "../../web/graph_layouts.ts";

function synthetic(count: number): GraphNode[] {
  const graph = assetGraph(syntheticAssets(count, { groups: 6 }));
  return graph.assets.map(({ key, group }) => ({ key, group, upstream: graph.upstream(key) }));
}

Deno.test("layoutGraph() lets no two nodes overlap, keeps each inside its group, and draws every edge", () => {
  const nodes = synthetic(120);
  const { width, height, nodeWidth, nodes: placed, groups, edges } = layoutGraph(nodes);
  assert.deepEqual(placed.map(({ key }) => key), nodes.map(({ key }) => key));
  for (const [i, a] of placed.entries()) {
    const group = groups.find(({ name }) => name === nodes[i]!.group)!;
    assert.ok(a.x >= group.x && a.x + nodeWidth <= group.x + group.width, `${a.key} is in its group`);
    assert.ok(a.y >= group.y && a.y + nodeHeight <= group.y + group.height, `${a.key} is in its group`);
    for (const b of placed.slice(i + 1)) {
      const apart = Math.abs(a.x - b.x) >= nodeWidth || Math.abs(a.y - b.y) >= nodeHeight;
      assert.ok(apart, `${a.key} and ${b.key} overlap`);
    }
  }
  for (const [i, a] of groups.entries()) {
    assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height);
    for (const b of groups.slice(i + 1)) {
      const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      assert.ok(apart, `${a.name} and ${b.name} overlap`);
    }
  }
  const wanted = nodes.flatMap(({ key, upstream }) => upstream.map((from) => `${from} ${key}`));
  assert.deepEqual(edges.map(({ from, to }) => `${from} ${to}`).sort(), wanted.sort());
});

Deno.test("layoutGraph() places downstream nodes of the same group to the right", () => {
  const { nodes } = layoutGraph([
    { key: "a", group: "g", upstream: [] },
    { key: "b", group: "g", upstream: ["a", "elsewhere"] },
    { key: "c", group: "h", upstream: ["b"] },
  ]);
  const [a, b, c] = nodes as [typeof nodes[0], typeof nodes[0], typeof nodes[0]];
  assert.ok(a!.x < b!.x, "b is made from a");
  assert.ok(b!.x < c!.x || b!.y < c!.y, "and c, of another group, from b");
});

Deno.test("layoutGraph() of nothing, of one node, and of groups that hang on each other both ways is finite", () => {
  for (
    const nodes of [[], [{ key: "a", group: "g", upstream: [] }], [
      { key: "a", group: "g", upstream: [] },
      { key: "b", group: "h", upstream: ["a"] },
      { key: "c", group: "g", upstream: ["b"] },
    ]]
  ) {
    const { width, height, edges, groups } = layoutGraph(nodes);
    assert.ok(width > 0 && height > 0 && Number.isFinite(width * height));
    assert.doesNotMatch(edges.map(({ path }) => path).join(""), /NaN|Infinity/);
    assert.equal(groups.length, new Set(nodes.map(({ group }) => group)).size);
  }
});

Deno.test("GraphLayouts.of() makes the layout of a graph once, and another thread makes the same one", async () => {
  const nodes = synthetic(40);
  const layouts = new GraphLayouts({ inThreadNodes: 10 });
  const first = await layouts.of(nodes, { waitMs: 60_000 });
  assert.deepEqual(first, layoutGraph(nodes));
  assert.equal(await layouts.of(structuredClone(nodes)), first);
  const other = await layouts.of(nodes.slice(0, 5));
  assert.notEqual(other, first);
});

Deno.test("GraphLayouts.of() does not wait for a slow layout, and has it afterwards", async () => {
  const nodes = synthetic(60);
  const layouts = new GraphLayouts({ inThreadNodes: 10 });
  assert.equal(await layouts.of(nodes, { waitMs: 0 }), null);
  assert.equal((await layouts.of(nodes, { waitMs: 60_000 }))!.nodes.length, 60);
});

Deno.test("GraphLayouts.of() forgets the layout that was not wanted for longest", async () => {
  const layouts = new GraphLayouts({ kept: 2 });
  const graph = (key: string): GraphNode[] => [{ key, group: "g", upstream: [] }];
  const [a, b] = [await layouts.of(graph("a")), await layouts.of(graph("b"))];
  assert.equal(await layouts.of(graph("a")), a);
  await layouts.of(graph("c"));
  assert.equal(await layouts.of(graph("a")), a);
  assert.notEqual(await layouts.of(graph("b")), b);
});
