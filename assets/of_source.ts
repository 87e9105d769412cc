import type { AnyAsset } from "../engine/mod.ts";
import * as importedAssets from "./imported/mod.ts";
import * as assets from "./mod.ts";
import * as vendorAssets from "./polled/mod.ts";

/** Assets that replace those of the source in a database with an import. */
const joined: ReadonlyMap<string, AnyAsset> = new Map<string, AnyAsset>([
  ["raw_tickers", importedAssets.joinedTickers],
  ["raw_daily_bars", importedAssets.joinedDailyBars],
  ["raw_ticker_details", importedAssets.joinedTickerDetails],
  ["raw_news", importedAssets.joinedNews],
]);

/**
 * All assets for where bars come from: a file or a simulated market, or a vendor that is asked call by call.
 *
 * @param options.imported Whether something was imported into the database: then what the source gives is joined with it, and all that
 * is made of either is made of both. What asks a vendor stays as it is, so that an import costs no call.
 */
export function assetsOf(source: "file" | "vendor", { imported = false } = {}): AnyAsset[] {
  const all = new Map<string, AnyAsset>(Object.values(assets).map((asset) => [asset.key, asset]));
  if (source === "vendor") { for (const asset of Object.values(vendorAssets)) all.set(asset.key, asset); }
  if (!imported) return [...all.values()];
  const asking = new Set<AnyAsset>(Object.values(vendorAssets));
  return [
    ...[...all.values()].map((asset) => asking.has(asset) ? asset : readingJoined(asset)),
    ...Object.values(importedAssets),
  ];
}

/** The same asset, which reads joined rows wherever it would read those of the source. */
function readingJoined(asset: AnyAsset): AnyAsset {
  const { recipe } = asset;
  if (!recipe || !Object.values(recipe.deps).some(({ key }) => joined.has(key))) return asset;
  const deps = Object.fromEntries(
    Object.entries(recipe.deps).map(([name, dep]) => [name, joined.get(dep.key) ?? dep]),
  );
  return { ...asset, recipe: { ...recipe, deps } };
}
