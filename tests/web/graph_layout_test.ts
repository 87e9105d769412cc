import assert from "node:assert/strict";
import { assetsOf } from "../../assets/of_source.ts";
import { assetGraph } from "../../engine/mod.ts";
import { syntheticAssets } from "../support/synthetic_graph.ts";
import { type GraphNode, groupKey, layoutGraph, nodeHeight } from "../../web/graph_layout.ts";
import { graphNodes } from "../../web/graph_record.ts";

function synthetic(count: number): GraphNode[] {
  const graph = assetGraph(syntheticAssets(count, { groups: 6 }));
  return graphNodes(graph, graph.keys);
}

function node(key: string, group: string, upstream: string[] = [], producer = key): GraphNode {
  return { key, group, producer, upstream };
}

for (const narrow of [false, true]) {
  Deno.test(`layoutGraph() lets no two nodes overlap, keeps each in its group, and draws every edge${narrow ? ", on a phone" : ""}`, () => {
    const nodes = synthetic(120);
    const { width, height, nodes: placed, groups, edges } = layoutGraph(nodes, { narrow });
    assert.deepEqual(placed.map(({ key }) => key), nodes.map(({ key }) => key));
    for (const [i, a] of placed.entries()) {
      const group = groups.find(({ name }) => name === nodes[i]!.group)!;
      assert.ok(a.x >= group.x && a.x + a.width <= group.x + group.width, `${a.key} is in its group`);
      assert.ok(a.y >= group.y && a.y + nodeHeight <= group.y + group.height, `${a.key} is in its group`);
      for (const b of placed.slice(i + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || Math.abs(a.y - b.y) >= nodeHeight;
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
    if (narrow) assert.ok(width <= 350, `it is ${width} wide`);
    const wanted = nodes.flatMap(({ key, upstream }) => upstream.map((from) => `${from} ${key}`));
    assert.deepEqual(edges.map(({ from, to }) => `${from} ${to}`).sort(), wanted.sort());
  });
}

Deno.test("layoutGraph() places an asset to the right of those of its group that it reads, and outputs of a function below it", () => {
  const { nodes, edges } = layoutGraph([
    node("a", "g"),
    node("also_a", "g", ["a"], "a"),
    node("b", "g", ["also_a", "elsewhere"]),
    node("c", "h", ["b"]),
  ]);
  const [a, also, b, c] = nodes as [typeof nodes[0], typeof nodes[0], typeof nodes[0], typeof nodes[0]];
  assert.equal(also!.x, a!.x);
  assert.ok(also!.y >= a!.y + nodeHeight && also!.y < a!.y + 2 * nodeHeight, "stacked");
  assert.ok(a!.x + a!.width < b!.x, "b is made from the second output of a");
  assert.ok(b!.x < c!.x || b!.y < c!.y, "and c, of another group, from b");
  assert.doesNotMatch(edges.find(({ to }) => to === "also_a")!.path, /m/, "outputs are joined without an arrow");
});

for (const source of ["file", "vendor"] as const) {
  Deno.test(`layoutGraph() shows the assets of a ${source} on a usual screen with names of at least 11 pixels`, () => {
    const graph = assetGraph(assetsOf(source));
    const { width, height } = layoutGraph(graphNodes(graph, graph.keys));
    const [namePixels, screen] = [12, { width: 1_166, height: 650 }];
    const least = namePixels * Math.min(1, screen.width / width, screen.height / height);
    assert.ok(least >= 11, `${graph.keys.length} assets: ${least} pixels`);
  });
}

Deno.test("layoutGraph() draws quietly what a longer way or another output of the same function says", () => {
  const { edges } = layoutGraph([
    node("bars", "g"),
    node("splits", "g", ["bars"], "bars"),
    node("sessions", "g", ["bars"]),
    node("pairs", "h", ["bars", "splits", "sessions"]),
    node("signals", "h", ["splits", "bars", "other"]),
    node("other", "g"),
  ]);
  const quiet = edges.filter((edge) => edge.quiet).map(({ from, to }) => `${from} ${to}`);
  assert.deepEqual(quiet.sort(), ["bars pairs", "bars signals", "splits pairs"]);
});

Deno.test("layoutGraph() draws a closed group as one node with one edge for each neighbour", () => {
  const nodes = [
    node("a", "g"),
    node("b", "g", ["a"]),
    node("c", "h", ["a", "b"]),
    node("d", "h", ["a"]),
    node("e", "i", ["c", "d"]),
  ];
  const one = layoutGraph(nodes, { closed: new Set(["h"]) });
  assert.deepEqual(one.nodes.map(({ key }) => key), ["a", "b", groupKey("h"), "e"]);
  assert.deepEqual(one.groups.map(({ name }) => name), ["g", "i"]);
  assert.deepEqual(one.edges.map(({ from, to }) => `${from} ${to}`), ["a b", "a group:h", "b group:h", "group:h e"]);
  const all = layoutGraph(nodes, { closed: new Set(["g", "h", "i"]) });
  assert.deepEqual(all.nodes.map(({ key }) => key), ["g", "h", "i"].map(groupKey));
  const [g, h, i] = all.nodes as [typeof all.nodes[0], typeof all.nodes[0], typeof all.nodes[0]];
  assert.ok(g!.x < h!.x && h!.x < i!.x, "cards alone are ordered by their dependencies");
});

Deno.test("layoutGraph() of nothing, of one node, and of groups that hang on each other both ways is finite", () => {
  for (const nodes of [[], [node("a", "g")], [node("a", "g"), node("b", "h", ["a"]), node("c", "g", ["b"])]]) {
    for (const closed of [new Set<string>(), new Set(["g"]), new Set(["g", "h"])]) {
      for (const narrow of [false, true]) {
        const { width, height, edges, groups } = layoutGraph(nodes, { closed, narrow });
        assert.ok(width > 0 && height > 0 && Number.isFinite(width * height));
        assert.doesNotMatch(edges.map(({ path }) => path).join(""), /NaN|Infinity/);
        assert.equal(groups.length, new Set(nodes.map(({ group }) => group)).difference(closed).size);
      }
    }
  }
});
