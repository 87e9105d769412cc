import { type AnyAsset, type Condition, type Facts, PartitionSet, PartitionSpace } from "../../engine/mod.ts";

/** Assets by key, some with an automation condition. */
export function withConditions(
  assets: readonly AnyAsset[],
  conditions: Readonly<Record<string, Condition>>,
): AnyAsset[] {
  for (const key of Object.keys(conditions)) {
    if (!assets.some((asset) => asset.key === key && asset.recipe)) {
      throw new Error(`There is no asset ${key} to automate.`);
    }
  }
  return assets.map((asset) =>
    asset.recipe && asset.key in conditions
      ? { ...asset, recipe: { ...asset.recipe, automation: conditions[asset.key] } }
      : asset
  );
}

/** Two names on four dates. */
export const smallSpace = new PartitionSpace(["A", "B"], ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"]);

/** Partitions of {@link smallSpace} by name and day of the month, as `A2 B5`. */
export function partitions(text: string, space: PartitionSpace = smallSpace): PartitionSet {
  const names = text.split(" ").filter((word) => word !== "");
  return PartitionSet.at(space, names.map((word): [string, string] => [word[0]!, `2024-01-0${word.slice(1)}`]));
}

/** Partitions as `A2 B5`. */
export function named(set: PartitionSet): string {
  return Array.from(set.partitions(), ([name, date]) => `${name}${date.slice(-1)}`).join(" ");
}

/** Facts of an asset whose partitions are all made and fresh, except as given. */
export function factsOf(
  { stale = {}, ...given }: Omit<Partial<Facts>, "stale" | "staleBy"> & {
    stale?: Partial<Record<"code" | "config" | "source" | "other", PartitionSet>>;
  } = {},
): Facts {
  const space = given.universe?.space ?? smallSpace;
  const none = PartitionSet.none(space);
  const every = PartitionSet.all(space);
  return {
    nowMs: Date.parse("2024-02-01T12:00:00Z"),
    universe: every,
    wanted: every,
    missing: none,
    expected: none,
    upstreamUpdates: [],
    upstreamMissing: none,
    upstreamInProgress: none,
    upstreamChecksPassed: true,
    inProgress: none,
    failures: [],
    failedOnSameInputs: none,
    attempts: [],
    makings: [],
    ...given,
    stale: Object.values(stale).reduce((all, set) => all.union(set), none),
    staleBy: (cause) => stale[cause] ?? none,
  };
}
