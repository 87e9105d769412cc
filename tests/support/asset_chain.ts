import * as assets from "../../assets/mod.ts";
import { type AnyAsset, type CheckOutcome, PartitionSet, PartitionSpace, type RowOf } from "../../engine/mod.ts";
import { upstreamPartitions } from "../../engine/partitions/mapping.ts";
import { wantedPartitions } from "../../engine/partitions/definition.ts";
import { type Clock, fixedClock } from "../../resources/clock.ts";
import { type SourceCalendar, weekdays } from "../../resources/exchange_calendar/mod.ts";
import type { RawBar } from "./bars.ts";
import { marketOf } from "./market_of.ts";
import { runAsset } from "../../testing/run_asset.ts";

/** Settings by asset key. */
export type ChainConfig = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Tables in memory. */
export interface AssetTables {
  /** Rows of an asset made for the chain, in key order. */
  rows<A extends AnyAsset>(asset: A): RowOf<A>[];
  /** Results of the checks of such an asset, by name. */
  checks(asset: AnyAsset): Record<string, CheckOutcome>;
}

type Row = Record<string, unknown>;

/** Inputs and settings of a chain. */
export interface ChainOptions {
  bars: readonly RawBar[];
  config?: ChainConfig;
  /** Whether to make all partitions of assets of which only the newest are made automatically. */
  history?: boolean;
  calendar?: SourceCalendar;
  clock?: Clock;
}

/** Tables made on first use. */
export interface LazyTables extends AssetTables {
  /** Makes an asset and everything upstream of it, unless it was made before. */
  make(target: AnyAsset): Promise<void>;
}

/** Makes an asset and everything upstream of it from bars, each function once, on tables in memory. */
export async function runChain(target: AnyAsset, options: ChainOptions): Promise<AssetTables> {
  const chain = chainOf(options);
  await chain.make(target);
  return chain;
}

/** A chain over bars, with nothing made yet. */
export function chainOf(
  { bars, config = {}, history = false, calendar = weekdays, clock = fixedClock("2026-11-23T12:00:00Z") }: ChainOptions,
): LazyTables {
  const tables = new Map<string, object[]>();
  const spaces = new Map<string, PartitionSpace>();
  const checks = new Map<string, Record<string, CheckOutcome>>();
  const resources = { marketData: marketOf({ bars }), calendar };
  return {
    async make(target: AnyAsset) {
      await make(target);
    },
    rows<A extends AnyAsset>(asset: A) {
      const rows = tables.get(asset.key);
      // Each table was validated by its asset's schema when it was made.
      if (rows) return rows as RowOf<A>[];
      throw new TypeError(`"${asset.key}" has not been made.`);
    },
    checks: ({ key }) => checks.get(key) ?? {},
  };

  async function make(asset: AnyAsset): Promise<object[]> {
    const made = tables.get(asset.key);
    if (made) return made;
    const producer = producerOf(asset);
    const { deps, outs } = producer.recipe!;
    for (const upstream of Object.values(deps)) await make(upstream);
    const settings = producer.recipe!.config.parse(config[producer.key] ?? {});
    const partitions = await partitionsOf(producer, settings);
    const inputs = Object.fromEntries(
      Object.entries(deps).map(([name, upstream]) => [name, read(upstream, producer, { name, settings, partitions })]),
    );
    const run = await runAsset(producer, {
      inputs,
      config: config[producer.key],
      resources,
      clock,
      partitions: { names: partitions.names, dates: partitions.dates },
    });
    store(producer, run.rows, partitions);
    checks.set(producer.key, run.checks);
    for (const [name, out] of Object.entries(outs)) {
      store(out, run.outs[name]!.rows, partitions);
      checks.set(out.key, run.outs[name]!.checks);
    }
    return tables.get(asset.key)!;
  }

  /** The partitions that the engine would make first. */
  async function partitionsOf({ recipe }: AnyAsset, settings: unknown): Promise<PartitionSet> {
    const { partitionsDef, deps } = recipe!;
    if (!partitionsDef) return PartitionSet.all(PartitionSpace.single);
    const upstream = Object.fromEntries(
      Object.entries(deps).map(([name, { key }]) => [name, {
        space: spaces.get(key)!,
        wanted: spaces.get(key)!,
        rows: () => Promise.resolve(tables.get(key) as Row[]),
      }]),
    );
    const wanted = wantedPartitions(await partitionsDef.wanted({ upstream, config: settings, resources, clock }));
    const end = wanted.space.dates.length;
    return partitionsDef.missing === "latest" && !history ? wanted.during(end === 0 ? [] : [end - 1, end]) : wanted;
  }

  /** The rows of an upstream asset that a function reads through its mapping. */
  function read(
    upstream: AnyAsset,
    reader: AnyAsset,
    { name, settings, partitions }: { name: string; settings: unknown; partitions: PartitionSet },
  ): object[] {
    const rows = tables.get(upstream.key) as Row[];
    const columns = upstream.partitionedBy;
    if (!columns) return rows;
    const allowed = upstreamPartitions(reader.recipe!.mappings[name]!(settings), partitions, spaces.get(upstream.key)!);
    const at = (row: Row, column: string | undefined) => column === undefined ? "" : row[column] as string;
    return rows.filter((row) => allowed.has(at(row, columns.name), at(row, columns.date)));
  }

  function store(asset: AnyAsset, rows: object[], partitions: PartitionSet): void {
    tables.set(asset.key, rows);
    const distinct = (column: string | undefined) =>
      column === undefined ? [""] : [...new Set((rows as Row[]).map((row) => row[column] as string))].sort();
    const producer = producerOf(asset);
    spaces.set(
      asset.key,
      producer.recipe!.partitionsDef
        ? new PartitionSpace(partitions.names, partitions.dates)
        : asset.partitionedBy
        ? new PartitionSpace(distinct(asset.partitionedBy.name), distinct(asset.partitionedBy.date))
        : PartitionSpace.single,
    );
  }
}

function producerOf(asset: AnyAsset): AnyAsset {
  if (asset.recipe) return asset;
  const all: AnyAsset[] = Object.values(assets);
  const producer = all.find(({ recipe }) => recipe && Object.values(recipe.outs).includes(asset));
  if (!producer) throw new TypeError(`No asset of assets/mod.ts makes "${asset.key}".`);
  return producer;
}
