import * as assets from "../../assets/mod.ts";
import type { AnyAsset } from "../../engine/mod.ts";
import type { RawBar } from "./bars.ts";
import { marketOf } from "./market_of.ts";
import { runAsset } from "./run_asset.ts";

/** Settings by asset key. */
export type ChainConfig = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Rows of an asset and of all that it is made from, by key: each function once, on tables in memory, from bars to `target`.
 */
export async function runChain(
  target: AnyAsset,
  { bars, config = {} }: { bars: readonly RawBar[]; config?: ChainConfig },
): Promise<Map<string, Record<string, unknown>[]>> {
  const tables = new Map<string, Record<string, unknown>[]>();
  const resources = { marketData: marketOf({ bars }) };
  await make(target);
  return tables;

  async function make(asset: AnyAsset): Promise<Record<string, unknown>[]> {
    const made = tables.get(asset.key);
    if (made) return made;
    const producer = producerOf(asset);
    const { deps, byproducts } = producer.recipe!;
    const inputs: Record<string, Record<string, unknown>[]> = {};
    for (const [name, upstream] of Object.entries(deps)) inputs[name] = await make(upstream);
    const run = await runAsset(producer, { inputs, config: config[producer.key], resources });
    tables.set(producer.key, run.rows as Record<string, unknown>[]);
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
