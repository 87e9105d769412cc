import type { AnyAsset, Recipe } from "./asset.ts";
import { DefinitionError, UnknownAssetError } from "../errors.ts";

/** The outputs of one function: an asset with a recipe and its further outputs. A step of a run executes a producer. */
export interface Producer {
  readonly key: string;
  readonly asset: AnyAsset;
  readonly recipe: Recipe;
  /** Keys of the assets it makes, its own first. */
  readonly produces: readonly string[];
  /** Keys of the assets it reads or waits for. */
  readonly upstream: readonly string[];
}

/** All assets, checked and in order. */
export interface AssetGraph {
  /** In dependency order; independent assets keep the order in which they were listed. */
  readonly assets: readonly AnyAsset[];
  readonly producers: readonly Producer[];
  readonly keys: readonly string[];
  /** @throws {UnknownAssetError} If there is no such asset. */
  asset(key: string): AnyAsset;
  /** The producer of the asset. @throws {UnknownAssetError} */
  producerOf(key: string): Producer;
  /** Keys of the assets that it is made from, one step up. */
  upstream(key: string): readonly string[];
  /** Keys of the assets that are made from it, one step down. */
  downstream(key: string): readonly string[];
}

/**
 * Validates the declarations and puts them in order.
 *
 * @throws {DefinitionError} For a duplicate key or table, an upstream asset that is not listed, a cycle, a key that is not its
 * file's name, a further output with no producer or with two, or defaults that the config schema refuses.
 */
export function assetGraph(assets: readonly AnyAsset[]): AssetGraph {
  const byKey = new Map<string, AnyAsset>();
  for (const asset of assets) {
    const other = byKey.get(asset.key);
    if (other) {
      throw new DefinitionError(
        `Two assets have the key "${asset.key}": ${fileOf(other)} and ${fileOf(asset)}. A key names one asset.`,
      );
    }
    const file = asset.module === undefined ? undefined : fileName(asset.module);
    if (file !== undefined && file !== `${asset.key}.ts`) {
      throw new DefinitionError(
        `The asset "${asset.key}" is declared in ${file}. Name the file ${asset.key}.ts or the key "${
          file.replace(/\.tsx?$/, "")
        }".`,
      );
    }
    byKey.set(asset.key, asset);
  }

  const producerOf = new Map<string, Producer>();
  const producers: Producer[] = [];
  for (const asset of assets) {
    const { recipe } = asset;
    if (!recipe) continue;
    const producer: Producer = {
      key: asset.key,
      asset,
      recipe,
      produces: [asset.key, ...Object.values(recipe.outs).map((b) => b.key)],
      upstream: [...new Set([...Object.values(recipe.deps).map((d) => d.key), ...recipe.after])],
    };
    for (const upstream of producer.upstream) {
      if (!byKey.has(upstream)) {
        throw new DefinitionError(
          `"${asset.key}" depends on "${upstream}", which is not listed among the assets.`,
        );
      }
      if (producer.produces.includes(upstream)) {
        throw new DefinitionError(`"${asset.key}" depends on "${upstream}", which it makes itself.`);
      }
    }
    for (const key of producer.produces) {
      if (!byKey.has(key)) {
        throw new DefinitionError(`"${asset.key}" makes "${key}", which is not listed among the assets.`);
      }
      const other = producerOf.get(key);
      if (other) throw new DefinitionError(`"${key}" is made by both "${other.key}" and "${asset.key}".`);
      producerOf.set(key, producer);
    }
    for (const key of producer.produces) checkPartitions(byKey.get(key)!, producer);
    const defaults = recipe.config.safeParse({});
    if (!defaults.success) {
      throw new DefinitionError(
        `The config of "${asset.key}" has no default for ${
          defaults.error.issues.map((i) => i.path.join(".")).join(", ")
        }. A schedule cannot ask for settings: give each one a default.`,
      );
    }
    refuseRowsOfExternals(producer);
    producers.push(producer);
  }
  for (const asset of assets) {
    if (!producerOf.has(asset.key)) {
      throw new DefinitionError(`"${asset.key}" is a further output, and no asset lists it under its \`outs\`.`);
    }
  }

  const ordered = inOrder(producers, producerOf);
  const downstream = new Map<string, string[]>(assets.map((a) => [a.key, []]));
  for (const producer of ordered) {
    for (const up of producer.upstream) downstream.get(up)!.push(...producer.produces);
  }
  const orderedAssets = ordered.flatMap((p) => p.produces.map((key) => byKey.get(key)!));
  const find = <T>(map: Map<string, T>, key: string): T => {
    const found = map.get(key);
    if (found === undefined) throw new UnknownAssetError(key, [...byKey.keys()]);
    return found;
  };
  return {
    assets: orderedAssets,
    producers: ordered,
    keys: orderedAssets.map((a) => a.key),
    asset: (key) => find(byKey, key),
    producerOf: (key) => find(producerOf, key),
    upstream: (key) => find(producerOf, key).upstream,
    downstream: (key) => find(downstream, key),
  };
}

/** @throws {DefinitionError} If the coordinates of partitions are not key columns, or are missing where required. */
function checkPartitions({ key, partitionedBy, schema, carriedOn }: AnyAsset, { recipe, asset }: Producer): void {
  if (carriedOn && (recipe.partitionsDef || partitionedBy?.date === undefined)) {
    throw new DefinitionError(
      recipe.partitionsDef
        ? `"${key}" is made by partitions and cannot be carried on as a whole as well: remove \`carriedOn\`.`
        : `"${key}" is carried on from a date, and does not say which of its columns holds it. Add \`partitionedBy\` with a date.`,
    );
  }
  if (recipe.partitionsDef && (partitionedBy?.name ?? partitionedBy?.date) === undefined) {
    throw new DefinitionError(
      `"${asset.key}" is made by partitions, and "${key}" does not say which of its columns hold their coordinates. Add \`partitionedBy\`.`,
    );
  }
  if (recipe.partitionsDef && Object.keys(partitionedBy!).join() !== Object.keys(asset.partitionedBy!).join()) {
    throw new DefinitionError(`"${key}" has other partitions than "${asset.key}", which makes it.`);
  }
  for (const column of [partitionedBy?.name, partitionedBy?.date]) {
    if (column !== undefined && !schema.primaryKey.includes(column)) {
      throw new DefinitionError(
        `The partition column "${column}" of "${key}" is not part of its key.`,
      );
    }
  }
  if (partitionedBy?.date !== undefined && schema.columns.find((c) => c.name === partitionedBy.date)!.type !== "date") {
    throw new DefinitionError(`The partitions of "${key}" are dated by "${partitionedBy.date}", which is not a date.`);
  }
}

/** Kahn's algorithm; producers left over when none is free form a cycle, which the error names. */
function inOrder(producers: readonly Producer[], producerOf: Map<string, Producer>): Producer[] {
  const waitsFor = new Map(producers.map((p) => [p, new Set(p.upstream.map((key) => producerOf.get(key)!))]));
  const readers = new Map<Producer, Producer[]>(producers.map((p) => [p, []]));
  for (const [producer, upstream] of waitsFor) for (const up of upstream) readers.get(up)!.push(producer);
  const rank = new Map(producers.map((p, i) => [p, i]));
  const free = producers.filter((p) => waitsFor.get(p)!.size === 0);
  const ordered: Producer[] = [];
  while (free.length) {
    const next = free.shift()!;
    ordered.push(next);
    const freed = readers.get(next)!.filter((reader) => {
      const waiting = waitsFor.get(reader)!;
      return waiting.delete(next) && waiting.size === 0;
    });
    free.push(...freed.sort((a, b) => rank.get(a)! - rank.get(b)!));
  }
  if (ordered.length < producers.length) {
    const cycle = findCycle(producers.filter((p) => waitsFor.get(p)!.size > 0), waitsFor);
    throw new DefinitionError(`These assets depend on each other in a circle: ${cycle.join(" → ")}.`);
  }
  return ordered;
}

function findCycle(stuck: readonly Producer[], waitsFor: Map<Producer, Set<Producer>>): string[] {
  const path: Producer[] = [];
  let at = stuck[0]!;
  while (!path.includes(at)) {
    path.push(at);
    at = [...waitsFor.get(at)!][0]!;
  }
  const keys = path.slice(path.indexOf(at)).map((p) => p.key).reverse();
  // Starts at the first name, so that a cycle always reads the same.
  const first = keys.indexOf(keys.toSorted()[0]!);
  return [...keys.slice(first), ...keys.slice(0, first), keys[first]!];
}

function fileOf(asset: AnyAsset): string {
  return asset.module === undefined ? `"${asset.key}" (declared without a module)` : fileName(asset.module);
}

function fileName(url: string): string {
  return decodeURIComponent(new URL(url).pathname.split("/").pop()!);
}

/** @throws {DefinitionError} If the producer would read rows of an external asset. */
function refuseRowsOfExternals(producer: Producer): void {
  const external = Object.values(producer.recipe.deps).find((asset) => asset.external);
  if (!external) return;
  throw new DefinitionError(
    `"${producer.key}" names "${external.key}" under deps, of which Tandem holds no rows because it is made outside. Name its key under after.`,
  );
}
