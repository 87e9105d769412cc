import type { AnyAsset } from "../engine/mod.ts";
import * as importedAssets from "./imported/mod.ts";
import { listedGroups } from "./market/ticker_groups.ts";
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
 * All assets for a kind of source: a file or simulated market, or a vendor queried call by call.
 *
 * @param options.imported Whether the database has an import. Assets of the source are then joined with it, and downstream assets
 * read the joined ones. Assets that call a vendor are unchanged, so that an import costs no call.
 * @param options.grouped Whether a setting uses groups of tickers. Only then do pairs wait for details, which cost a vendor call
 * each.
 */
export function assetsOf(
  source: "file" | "vendor",
  { imported = false, grouped = false }: { imported?: boolean; grouped?: boolean } = {},
): AnyAsset[] {
  const all = new Map<string, AnyAsset>(Object.values(assets).map((asset) => [asset.key, asset]));
  if (source === "vendor") {
    for (const asset of Object.values(vendorAssets)) all.set(asset.key, asset);
    if (!grouped) all.set(listedGroups.key, listedGroups);
  }
  if (!imported) return [...all.values()];
  const asking = new Set<AnyAsset>(Object.values(vendorAssets));
  return [
    ...[...all.values()].map((asset) => asking.has(asset) ? asset : readingJoined(asset)),
    ...Object.values(importedAssets),
  ];
}

/** Whether settings use groups of tickers: as candidates, or for a limit by sector. */
export function asksForGroups(config: Readonly<Record<string, unknown>>): boolean {
  const of = (key: string) => (config[key] ?? {}) as { candidates?: unknown; maxSectorShare?: unknown };
  const proposes = (key: string) => {
    const { candidates } = of(key);
    return Array.isArray(candidates) && candidates.includes("group");
  };
  return proposes("cointegrated_pairs") || proposes("formation_pairs") ||
    typeof of("walk_forward_daily").maxSectorShare === "number";
}

/** The same asset, reading joined rows instead of those of the source. */
function readingJoined(asset: AnyAsset): AnyAsset {
  const { recipe } = asset;
  if (!recipe || !Object.values(recipe.deps).some(({ key }) => joined.has(key))) return asset;
  const deps = Object.fromEntries(
    Object.entries(recipe.deps).map(([name, dep]) => [name, joined.get(dep.key) ?? dep]),
  );
  return { ...asset, recipe: { ...recipe, deps } };
}
