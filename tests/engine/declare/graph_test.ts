import assert from "node:assert/strict";
import { z } from "zod";
import { type AnyAsset, assetGraph, assetsWith, DefinitionError, UnknownAssetError } from "../../../engine/mod.ts";

const { asset, assetOut } = assetsWith<Record<never, never>>();
const row = z.object({ id: z.string() });

function named(
  key: string,
  deps: AnyAsset[] = [],
  more: { after?: string[]; module?: { url: string } } = {},
): AnyAsset {
  return asset({
    key,
    group: "test",
    layer: "raw",
    description: key,
    deps: Object.fromEntries(deps.map((dep) => [dep.key, dep])),
    row,
    primaryKey: ["id"],
    materialize: () => ({ rows: [] }),
    ...more,
  });
}

function failsWith(assets: AnyAsset[], ...parts: string[]): void {
  assert.throws(() => assetGraph(assets), (error) => {
    assert.ok(error instanceof DefinitionError, String(error));
    for (const part of parts) assert.ok(error.message.includes(part), `${part} is not in: ${error.message}`);
    return true;
  });
}

Deno.test("assetGraph() puts assets after their upstream and otherwise keeps their order", () => {
  const a = named("a");
  const b = named("b", [a]);
  const c = named("c", [a, b]);
  const d = named("d");
  const graph = assetGraph([c, d, b, a]);
  assert.deepEqual(graph.keys, ["d", "a", "b", "c"]);
  assert.deepEqual(graph.upstream("c"), ["a", "b"]);
  assert.deepEqual([...graph.downstream("a")].sort(), ["b", "c"]);
});

Deno.test("assetGraph() names both files of a duplicate key", () => {
  failsWith(
    [
      named("bars", [], { module: { url: "file:///p/one/bars.ts" } }),
      named("bars", [], { module: { url: "file:///p/two/bars.ts" } }),
    ],
    '"bars"',
    "bars.ts",
  );
});

Deno.test("assetGraph() names both ends of a dependency that is not listed", () => {
  failsWith([named("prices", [named("bars")])], '"prices"', '"bars"');
  failsWith([named("prices", [], { after: ["nothing"] })], '"prices"', '"nothing"');
});

Deno.test("assetGraph() shows the way round a cycle", () => {
  failsWith(
    [named("a", [], { after: ["c"] }), named("b", [], { after: ["a"] }), named("c", [], { after: ["b"] })],
    "circle",
    "a → b → c → a",
  );
  failsWith([named("a", [], { after: ["a"] })], '"a"');
});

Deno.test("assetGraph() says when a key is not its file's name", () => {
  failsWith([named("prices", [], { module: { url: "file:///p/closes.ts" } })], '"prices"', "closes.ts");
});

Deno.test("assetGraph() requires exactly one producer for a further output", () => {
  const left = assetOut({ key: "left", group: "t", layer: "raw", description: "", row, primaryKey: ["id"] });
  const maker = (key: string) =>
    asset({
      key,
      group: "t",
      layer: "raw",
      description: "",
      row,
      primaryKey: ["id"],
      outs: { left },
      materialize: () => ({ rows: [], outs: { left: { rows: [] } } }),
    });
  failsWith([left], '"left"');
  failsWith([left, maker("one"), maker("two")], '"left"', '"one"', '"two"');
  failsWith([maker("one")], '"one"', '"left"');
  const graph = assetGraph([left, maker("one")]);
  assert.equal(graph.producerOf("left").key, "one");
  assert.deepEqual(graph.producers[0]!.produces, ["one", "left"]);
});

Deno.test("assetGraph() requires a default for every setting", () => {
  const picky = asset({
    key: "picky",
    group: "t",
    layer: "raw",
    description: "",
    row,
    primaryKey: ["id"],
    config: z.object({ limit: z.number() }),
    materialize: () => ({ rows: [] }),
  });
  failsWith([picky], '"picky"', "limit");
});

Deno.test("asset() refuses keys and columns that cannot name a table or a column", () => {
  assert.throws(() => named("Daily-Bars"), DefinitionError);
  assert.throws(
    () =>
      asset({
        key: "x",
        group: "t",
        layer: "raw",
        description: "",
        row: z.object({ "bad name": z.string() }),
        primaryKey: ["bad name"],
        materialize: () => ({ rows: [] }),
      }),
    DefinitionError,
  );
});

Deno.test("AssetGraph.asset() suggests the key that was meant", () => {
  assert.throws(() => assetGraph([named("clean_prices")]).asset("clean_price"), (error) => {
    assert.ok(error instanceof UnknownAssetError);
    return error.message.includes('"clean_prices"');
  });
});

Deno.test("asset() ties inputs to declared upstream assets and their columns at compile time", () => {
  const bars = asset({
    key: "bars",
    group: "t",
    layer: "raw",
    description: "",
    row: z.object({ ticker: z.string(), close: z.number() }),
    primaryKey: ["ticker"],
    materialize: () => ({ rows: [{ ticker: "A", close: 1 }] }),
  });
  const reader = asset({
    key: "reader",
    group: "t",
    layer: "raw",
    description: "",
    deps: { bars },
    row,
    primaryKey: ["id"],
    async materialize({ inputs }) {
      const { close } = await inputs.bars.columns("close");
      const doubles: Float64Array = close;
      const rows = await inputs.bars.rows();
      // @ts-expect-error -- "volume" is not a column of bars
      void (() => inputs.bars.columns("volume"));
      // @ts-expect-error -- nor of its rows
      void rows.map((r) => r.volume);
      // @ts-expect-error -- "prices" is not declared upstream
      void (() => inputs.prices);
      return { rows: [{ id: String(doubles.length) }] };
    },
  });
  asset({
    key: "wrong",
    group: "t",
    layer: "raw",
    description: "",
    row,
    primaryKey: ["id"],
    // @ts-expect-error -- rows without the declared column
    materialize: () => ({ rows: [{ name: "x" }] }),
  });
  assert.deepEqual(assetGraph([bars, reader]).keys, ["bars", "reader"]);
});
