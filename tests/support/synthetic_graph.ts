import { z } from "zod";
import { type AnyAsset, assetsWith, type eager } from "../../engine/mod.ts";
import type { TinyWorld } from "./tiny_engine.ts";
import { pseudoRandom } from "./pseudo_random.ts";

const { asset } = assetsWith<TinyWorld>();

/** Settings of {@link syntheticAssets}. */
export interface SyntheticGraphOptions {
  /** Number of groups. */
  groups?: number;
  /** When each is made by itself. */
  automation?: ReturnType<typeof eager>;
}

/**
 * The given number of assets in groups of layers, each except the first with one to three upstream assets: mostly of the previous
 * layer of its group, sometimes of the parent group in a tree of groups. Equal for equal arguments.
 */
export function syntheticAssets(
  count: number,
  { groups = Math.ceil(count / 50), automation }: SyntheticGraphOptions = {},
): AnyAsset[] {
  const random = pseudoRandom(17);
  const below = (n: number) => Math.min(n - 1, Math.floor(n * random()));
  const made: AnyAsset[] = [];
  const members: AnyAsset[][] = Array.from({ length: groups }, () => []);
  for (let i = 0; i < count; i++) {
    const group = Math.floor((i * groups) / count);
    const own = members[group]!;
    const deps: Record<string, AnyAsset> = {};
    const take = (from: readonly AnyAsset[]) => {
      const upstream = from[below(from.length)];
      if (upstream) deps[upstream.key] = upstream;
    };
    if (own.length > 0) { for (let k = 0; k <= below(2); k++) take(own.slice(-12)); }
    if (group > 0 && (own.length === 0 || random() < 0.12)) take(members[Math.floor((group - 1) / 3)]!);
    const key = `group_${group}_asset_${i}`;
    const one = asset({
      key,
      group: `group_${group}`,
      layer: "raw",
      description: `Number ${i} of a graph made for measuring.`,
      deps,
      automation,
      row: z.object({ name: z.string() }),
      primaryKey: ["name"],
      async materialize({ resources, signal }) {
        await resources.before(key, signal);
        return { rows: [{ name: key }] };
      },
    });
    own.push(one);
    made.push(one);
  }
  return made;
}
