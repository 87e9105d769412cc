import assert from "node:assert/strict";
import { z } from "zod";
import {
  type AnyAsset,
  assetGraph,
  assetsWith,
  select,
  SelectionError,
  UnknownAssetError,
} from "../../../engine/mod.ts";

const { asset } = assetsWith<Record<never, never>>();

function named(key: string, group: string, after: string[] = []): AnyAsset {
  return asset({
    key,
    group,
    after,
    layer: "raw",
    description: key,
    row: z.object({ id: z.string() }),
    primaryKey: ["id"],
    materialize: () => ({ rows: [] }),
  });
}

// bars → prices → pairs → trades, and news on its own.
const graph = assetGraph([
  named("bars", "market"),
  named("prices", "market", ["bars"]),
  named("pairs", "pairs", ["prices"]),
  named("trades", "backtests", ["pairs"]),
  named("news", "market"),
]);

for (
  const [selection, expected] of [
    ["prices", ["prices"]],
    ["+prices", ["bars", "prices"]],
    ["prices+", ["prices", "pairs", "trades"]],
    ["+prices+", ["bars", "prices", "pairs", "trades"]],
    ["group:market", ["bars", "news", "prices"]],
    ["+group:backtests", ["bars", "prices", "pairs", "trades"]],
    ["*", ["bars", "news", "prices", "pairs", "trades"]],
    ["trades, bars", ["bars", "trades"]],
    ["trades trades+ trades", ["trades"]],
  ] as const
) {
  Deno.test(`select() takes ${selection}`, () => {
    assert.deepEqual(select(graph, selection).sort(), [...expected].sort());
    const order = select(graph, selection).map((key) => graph.keys.indexOf(key));
    assert.deepEqual(order, order.toSorted((a, b) => a - b), "not in dependency order");
  });
}

Deno.test("select() refuses selections of nothing", () => {
  assert.throws(() => select(graph, " , "), SelectionError);
  assert.throws(() => select(graph, "group:nothing"), SelectionError);
  assert.throws(() => select(graph, "price"), UnknownAssetError);
  assert.throws(() => select(graph, "+"), UnknownAssetError);
});
