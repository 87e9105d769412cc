import assert from "node:assert/strict";
import * as assets from "../../assets/mod.ts";
import { importedKeys } from "../../assets/imported/imported_keys.ts";
import { assetsOf } from "../../assets/of_source.ts";
import * as importedAssets from "../../assets/imported/mod.ts";
import * as vendorAssets from "../../assets/polled/mod.ts";
import { Preset, presets } from "../../assets/presets.ts";
import { type AnyAsset, assetGraph } from "../../engine/mod.ts";

const all: AnyAsset[] = Object.values(assets);
const folder = new URL("../../assets/", import.meta.url);

/** Paths below `folder` of the files that declare an asset. */
function declarations(at = folder): string[] {
  return [...Deno.readDirSync(at)].flatMap((entry) => {
    const url = new URL(entry.name + (entry.isDirectory ? "/" : ""), at);
    if (entry.isDirectory) return declarations(url);
    return /\b(asset|assetOut)\(\{/.test(Deno.readTextFileSync(url)) ? [url.href.slice(folder.href.length)] : [];
  }).sort();
}

Deno.test("assets/mod.ts lists every file that declares an asset, those that ask a vendor and those of imports in lists of their own", () => {
  const listed = [...all, ...Object.values(vendorAssets), ...Object.values(importedAssets)].map((asset) =>
    asset.module!.slice(folder.href.length)
  )
    .sort();
  assert.deepEqual(listed, declarations());
  assert.ok(listed.length >= 11);
});

Deno.test("every asset of a vendor replaces one that reads a file, with the same rows, key and partitions", () => {
  for (const asset of Object.values(vendorAssets)) {
    const { key, schema, partitionedBy, group, layer } = asset;
    assert.ok(asset.module!.startsWith(new URL("polled/", folder).href), key);
    const file = all.find((one) => one.key === key);
    assert.ok(file, `${key} is in assets/mod.ts`);
    assert.deepEqual([schema.fingerprint, schema.primaryKey], [file.schema.fingerprint, file.schema.primaryKey], key);
    assert.deepEqual([group, layer], [file.group, file.layer], key);
    assert.deepEqual(partitionedBy, file.partitionedBy, key);
  }
});

for (const source of ["file", "vendor"] as const) {
  Deno.test(`assetsOf() makes one graph of the assets of a ${source}`, () => {
    const graph = assetGraph(assetsOf(source));
    for (const { key } of all) assert.ok(graph.keys.includes(key), key);
    const path = (key: string) => graph.asset(key).module!.slice(folder.href.length);
    assert.equal(path("raw_daily_bars"), `${source === "vendor" ? "polled" : "market"}/raw_daily_bars.ts`);
    assert.equal(path("daily_bars"), "market/daily_bars.ts");
    assert.equal(graph.upstream("raw_daily_bars").includes("raw_dividends"), source === "vendor");
  });
}

for (const source of ["file", "vendor"] as const) {
  Deno.test(`assetsOf() has all that is made of a ${source}'s rows read them joined with imported ones`, () => {
    const graph = assetGraph(assetsOf(source, { imported: true }));
    const joined = { raw_tickers: "joined_tickers", raw_daily_bars: "joined_daily_bars", raw_news: "joined_news" };
    const asking = new Set(Object.values(vendorAssets).map(({ module }) => module));
    for (const [raw, key] of Object.entries(joined)) {
      assert.ok(graph.upstream(key).includes(raw) && graph.upstream(key).includes(raw.replace("raw", "imported")));
      const others = graph.downstream(raw).filter((reader) => reader !== key);
      // What asks the vendor goes by the vendor's own list.
      assert.deepEqual(others.filter((reader) => !asking.has(graph.asset(reader).module)), [], raw);
    }
    for (const reader of ["daily_bars", "sessions", "pair_clusters", "walk_forward_daily"]) {
      assert.ok(graph.upstream(reader).includes("joined_daily_bars"), reader);
    }
    assert.deepEqual(importedKeys.toSorted(), graph.keys.filter((key) => key.startsWith("imported_")).sort());
  });
}

Deno.test("joined rows have the form of those that the source gives", () => {
  for (const asset of Object.values(importedAssets).filter(({ key }) => key.startsWith("joined_"))) {
    const raw = all.find(({ key }) => key === asset.key.replace("joined", "raw"))!;
    assert.deepEqual([asset.schema.fingerprint, asset.schema.primaryKey], [
      raw.schema.fingerprint,
      raw.schema.primaryKey,
    ]);
    assert.deepEqual(asset.partitionedBy, raw.partitionedBy, asset.key);
  }
});

Deno.test("every asset has one name: key, file, export and test", () => {
  const lists = [assets, vendorAssets, importedAssets];
  for (const [name, asset] of lists.flatMap((list) => Object.entries(list) as [string, AnyAsset][])) {
    const path = asset.module!.slice(folder.href.length);
    assert.equal(path.split("/").at(-1), `${asset.key}.ts`);
    assert.equal(name, asset.key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
    const test = new URL(`../../tests/assets/${path.replace(/\.ts$/, "_test.ts")}`, import.meta.url);
    assert.ok(Deno.statSync(test).isFile);
    if (path.startsWith("polled/")) continue;
    assert.equal(path.split("/")[0], asset.group, `${asset.key} is in the folder of its group`);
  }
});

Deno.test("every asset has a description of one sentence", () => {
  for (const { key, description } of [...all, ...Object.values(importedAssets)]) {
    assert.match(description, /^[A-Z].{15,}\.$/s, key);
  }
});

/** Columns whose name says all, in every table that has them. */
const plain = new Set([
  ..."ticker ticker_1 ticker_2 session signal name exchange sector currency cluster slope intercept accepted".split(
    " ",
  ),
  ..."open high low close volume first_session last_session adf_p_value engle_granger_p_value".split(" "),
  ..."hurst_exponent mean_crossings adf_statistic cumulative_return".split(" "),
]);

Deno.test("every column whose name does not say all is described", () => {
  const bare = [...all, ...Object.values(importedAssets)].flatMap(({ key, schema }) =>
    schema.columns.filter(({ name, description }) => !description && !plain.has(name)).map(({ name }) =>
      `${key}.${name}`
    )
  );
  assert.deepEqual(bare, []);
});

Deno.test("the assets make one graph from raw bars to backtests", () => {
  const graph = assetGraph(all);
  const place = new Map(graph.keys.map((key, i) => [key, i]));
  // Pairs are searched for in bars as received: adjusted ones know of the splits to come.
  const chains = [
    "raw_daily_bars daily_bars clean_prices pair_signals pair_trades",
    "raw_daily_bars pair_clusters cointegrated_pairs chosen_pairs pair_signals",
  ];
  for (const chain of chains) {
    chain.split(" ").reduce((before, after) => {
      assert.ok(graph.upstream(after).includes(before), `${after} reads ${before}`);
      assert.ok(place.get(before)! < place.get(after)!);
      return after;
    });
  }
});

Deno.test("every asset's config has valid defaults", () => {
  for (const { recipe } of all) if (recipe) recipe.config.parse({});
});

for (const preset of Preset.options) {
  Deno.test(`the preset ${preset} fits the assets that it sets`, () => {
    for (const [key, config] of Object.entries(presets[preset])) {
      const asset = all.find((one) => one.key === key);
      assert.ok(asset?.recipe, key);
      asset.recipe.config.parse(config);
    }
  });
}
