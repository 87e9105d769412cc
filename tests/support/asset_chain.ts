import * as assets from "../../assets/mod.ts";
import type { AnyAsset, RowOf } from "../../engine/mod.ts";
import type { RawBar } from "./bars.ts";
import { marketOf } from "./market_of.ts";
import { runAsset } from "./run_asset.ts";

/** Settings by asset key. */
export type ChainConfig = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Tables in memory. */
export interface AssetTables {
  /** Rows of an asset that was made on the way, in key order. */
  rows<A extends AnyAsset>(asset: A): RowOf<A>[];
}

/** Makes an asset and all that it is made from, each function once, on tables in memory, from bars to `target`. */
export async function runChain(
  target: AnyAsset,
  { bars, config = {} }: { bars: readonly RawBar[]; config?: ChainConfig },
): Promise<AssetTables> {
  const tables = new Map<string, object[]>();
  const resources = { marketData: marketOf({ bars }) };
  await make(target);
  return {
    rows<A extends AnyAsset>(asset: A) {
      const rows = tables.get(asset.key);
      // Each table was held to its asset's schema when it was made.
      if (rows) return rows as RowOf<A>[];
      throw new TypeError(`"${target.key}" is made without "${asset.key}".`);
    },
  };

  async function make(asset: AnyAsset): Promise<object[]> {
    const made = tables.get(asset.key);
    if (made) return made;
    const producer = producerOf(asset);
    const { deps, byproducts } = producer.recipe!;
    const inputs: Record<string, object[]> = {};
    for (const [name, upstream] of Object.entries(deps)) inputs[name] = await make(upstream);
    const run = await runAsset(producer, { inputs, config: config[producer.key], resources });
    tables.set(producer.key, run.rows);
    for (const [name, byproduct] of Object.entries(byproducts)) tables.set(byproduct.key, run.byproducts[name]!.rows);
    return tables.get(asset.key)!;
  }
}

function producerOf(asset: AnyAsset): AnyAsset {
  if (asset.recipe) return asset;
  const all: AnyAsset[] = Object.values(assets);
  const producer = all.find(({ recipe }) => recipe && Object.values(recipe.byproducts).includes(asset));
  if (!producer) throw new TypeError(`No asset of assets/mod.ts makes "${asset.key}".`);
  return producer;
}
