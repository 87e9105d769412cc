import type { z } from "zod";
import {
  type AnyAsset,
  type CheckOutcome,
  type Columns,
  type ComputeInBlocks,
  inOneBlock,
  type Input,
  type Metadata,
  type MetadataValue,
  PartitionSet,
  PartitionSpace,
  type PastVersion,
  type RowOf,
  silentLogger,
} from "../engine/mod.ts";
import { checkedRows } from "../engine/checks/checked_rows.ts";
import { isOneOf, type SomeValues } from "../engine/declare/asset.ts";
import { typedMetadata } from "../engine/declare/metadata.ts";
import { type PreparedRows, prepareRows, toRows } from "../engine/declare/row_schema.ts";
import { weekdays } from "../resources/exchange_calendar/mod.ts";
import { type Clock, fixedClock } from "../resources/clock.ts";

/** Inputs of an asset's function, and fakes of the outside world. */
export interface AssetContext {
  /** Rows of each upstream asset by its name in `deps`; they are held to that asset's row schema, in any order. */
  inputs?: Readonly<Record<string, readonly object[]>>;
  /** What the version of an upstream asset says of itself, by its name in `deps`. */
  inputMetadata?: Readonly<Record<string, Metadata>>;
  /** Settings; what is not given has its default. */
  config?: Readonly<Record<string, unknown>>;
  /** The version to carry on: the first change of inputs by their name in `deps`, none unless given, and its rows. */
  previous?: {
    changedFrom?: Readonly<Record<string, string | null>>;
    rows: readonly object[];
    /** What it says of itself, and, by their name in `outs`, what its further outputs say. */
    metadata?: Metadata;
    outMetadata?: Readonly<Record<string, Metadata>>;
    outs?: Readonly<Record<string, readonly object[]>>;
  };
  /** The partitions to be made, for an asset that is divided into them: all of these coordinates, or only some (`made`). */
  partitions?: {
    names?: readonly string[];
    dates?: readonly string[];
    made?: { names: readonly string[]; dates: readonly string[] };
  };
  /** What the asset has in these partitions before. */
  before?: readonly object[];
  /** The asset's other partitions that are fresh, and its rows in them. */
  settled?: { names?: readonly string[]; dates?: readonly string[]; rows: readonly object[] };
  /** Beside a calendar of weekdays, unless they bring another. */
  resources?: unknown;
  clock?: Clock;
  signal?: AbortSignal;
  /** How it computes in blocks; as one block by default. */
  inBlocks?: ComputeInBlocks;
  /** What the asset's own checks are told of earlier versions of it. */
  history?: readonly PastVersion[];
}

/** One table that an asset's function made, held to its schema, in key order. */
export interface AssetOutput<Row> {
  rows: Row[];
  /** Where the rows begin, if earlier ones stay. */
  from?: string;
  metadata: Record<string, MetadataValue>;
  /** Check results of the rows, by name. */
  checks: Record<string, CheckOutcome>;
  dataVersion: string;
}

/** Result of an asset's function. */
export interface AssetRun<Row> extends AssetOutput<Row> {
  /** By their name in `outs`. */
  outs: Record<string, AssetOutput<Record<string, unknown>>>;
  /** Each call of `progress`. */
  progress: [done: number, total: number][];
}

/**
 * Runs an asset's function on small tables without a database, as the engine would: inputs in key order and only the declared
 * ones, config through its schema, output through its own.
 *
 * @throws What the function throws, or `InvalidRowsError` for rows that their schema refuses.
 */
export async function runAsset<A extends AnyAsset>(
  asset: A,
  {
    inputs = {},
    inputMetadata = {},
    config = {},
    previous,
    partitions = {},
    before = [],
    settled = { names: [], dates: [], rows: [] },
    resources = {},
    clock = fixedClock("2026-11-23T12:00:00Z"),
    signal,
    history = [],
    inBlocks = inOneBlock,
  }: AssetContext = {},
): Promise<AssetRun<RowOf<A>>> {
  const { recipe } = asset;
  const space = new PartitionSpace(partitions.names ?? [""], partitions.dates ?? [""]);
  const { made: wanted = { names: space.names, dates: space.dates } } = partitions;
  if (!recipe) throw new TypeError(`"${asset.key}" is a further output: run the asset that makes it.`);
  const progress: [number, number][] = [];
  const made = await recipe.materialize({
    inputs: Object.fromEntries(
      Object.entries(recipe.deps).map(([name, upstream]) => {
        const rows = inputs[name];
        if (!rows) throw new TypeError(`"${asset.key}" reads "${name}": give its rows.`);
        return [name, inputOf(upstream, rows, inputMetadata[name])];
      }),
    ),
    partitions: PartitionSet.at(
      space,
      wanted.names.flatMap((name) => wanted.dates.map((date): [string, string] => [name, date])),
    ),
    before: inputOf(asset, before) as Input<Record<string, unknown>>,
    settled: {
      ...inputOf(asset, settled.rows) as Input<Record<string, unknown>>,
      partitions: PartitionSet.all(new PartitionSpace(settled.names ?? [""], settled.dates ?? [""])),
    },
    previous: previous
      ? {
        changedFrom: { ...mapValues(recipe.deps, () => null), ...previous.changedFrom },
        rows: inputOf(asset, previous.rows, previous.metadata) as Input<Record<string, unknown>>,
        outs: mapValues(
          recipe.outs,
          (out, name) =>
            inputOf(out, previous.outs?.[name] ?? [], previous.outMetadata?.[name]) as Input<Record<string, unknown>>,
        ),
      }
      : null,
    config: (recipe.config as z.ZodType<Record<string, unknown>>).parse(config),
    resources: { calendar: weekdays, ...resources as object },
    clock,
    logger: silentLogger,
    progress: (done: number, total: number) => progress.push([done, total]),
    inBlocks,
    signal: signal ?? new AbortController().signal,
  });
  const outs = await Promise.all(
    Object.entries(recipe.outs).map(async ([name, out]) => [name, await outputOf(out, made.outs![name]!)] as const),
  );
  return {
    ...await outputOf(asset, made, history) as AssetOutput<RowOf<A>>,
    outs: Object.fromEntries(outs),
    progress,
  };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T, name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

function inputOf(asset: AnyAsset, rows: readonly object[], metadata: Metadata = {}): Input<object> {
  return preparedInput(asset, rows, prepareRows(asset.key, asset.schema, rows), metadata);
}

function preparedInput(
  asset: AnyAsset,
  rows: readonly object[],
  { data, count }: Pick<PreparedRows, "data" | "count">,
  metadata: Metadata,
): Input<object> {
  return {
    key: asset.key,
    materialization: 1,
    rowCount: count,
    metadata: () => Promise.resolve(typedMetadata(metadata)),
    rows: () => Promise.resolve(toRows(asset.schema, data)),
    columns: (...names: string[]) => {
      const unknown = names.find((name) => !(name in data));
      if (unknown) throw new RangeError(`"${asset.key}" has no column "${unknown}".`);
      return Promise.resolve(Object.fromEntries(names.map((name) => [name, data[name]])) as never);
    },
    // Two parts where there are several values, so that functions are tested with more than one.
    async *parts(...names: string[]) {
      const [column] = asset.schema.primaryKey;
      const values = asset.partitionedBy?.name === column ? [...new Set(data[column!] as readonly string[])] : [];
      const half = Math.ceil(values.length / 2);
      if (values.length < 2) yield await this.columns(...names as never[]);
      else {
        for (const some of [values.slice(0, half), values.slice(half)]) {
          yield await this.where(column as never, some).columns(...names as never[]);
        }
      }
    },
    where: (column: string, values: SomeValues) => {
      if (!(column in data)) throw new RangeError(`"${asset.key}" has no column "${column}".`);
      const some = rows.filter((row) => isOneOf(values)((row as Record<string, string>)[column]!));
      return preparedInput(asset, some, prepareRows(asset.key, asset.schema, some), metadata);
    },
  };
}

async function outputOf(
  asset: AnyAsset,
  { rows, from, metadata = {} }: { rows: readonly object[] | Columns<object>; from?: string; metadata?: Metadata },
  history: readonly PastVersion[] = [],
): Promise<AssetOutput<Record<string, unknown>>> {
  const prepared = prepareRows(asset.key, asset.schema, rows);
  const objects = toRows(asset.schema, prepared.data) as Record<string, unknown>[];
  const judged = checkedRows(asset.schema, prepared, { from, metadata, history: () => Promise.resolve(history) });
  const checks = await Promise.all(
    asset.checks.map(async (check) => [check.name, await check.check(judged)] as const),
  );
  return {
    rows: objects,
    ...from !== undefined && { from },
    metadata: typedMetadata(metadata),
    checks: Object.fromEntries(checks),
    dataVersion: prepared.dataVersion,
  };
}
