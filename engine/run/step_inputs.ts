import { readsEverything, upstreamPartitions } from "../partitions/mapping.ts";
import type { ColumnData, Database } from "../../resources/database/database.ts";
import { type AnyAsset, type Input, isOneOf, type SettledRows, type SomeValues, type Where } from "../declare/asset.ts";
import { readColumns } from "../store/read_columns.ts";
import { rowFilesOf } from "../store/row_files.ts";
import type { RecentRows } from "../store/recent_rows.ts";
import { OutdatedRowsError } from "../errors.ts";
import type { Producer } from "../declare/graph.ts";
import type { MetadataValue } from "../declare/metadata.ts";
import { readSpace } from "../judge/partition_state.ts";
import { inMonths, type PartitionSet, type PartitionSpace, rowsAtOnce } from "../partitions/mod.ts";
import { toRows } from "../declare/row_schema.ts";
import type { Snapshot } from "../judge/snapshot.ts";

/** The versions to read, by asset key. */
export type ReadVersions = ReadonlyMap<string, { materialization: number; rowCount: number }>;

/**
 * The upstream rows that some partitions of a producer read, at the versions of a snapshot.
 *
 * @param partitions The partitions to make; the single one of a producer without a partitions definition.
 */
export function inputsOf(
  producer: Producer,
  partitions: PartitionSet,
  { database, snapshot, signal, recent, mostRows = rowsAtOnce }: {
    database: Database;
    snapshot: Pick<Snapshot, "configs" | "spaces" | "madeSpaces"> & { latest: ReadVersions };
    signal: AbortSignal;
    /** Rows of a part, unless one value of the first key column has more. */
    mostRows?: number;
    /** Rows that need not be read from the database; none by default. */
    recent?: RecentRows;
  },
): Record<string, Input<object>> {
  const { deps, mappings } = producer.recipe;
  const config = snapshot.configs.get(producer.key);
  return Object.fromEntries(
    Object.entries(deps).map(([name, asset]) => {
      const mapping = mappings[name]!(config);
      const version = snapshot.latest.get(asset.key)!;
      const read = asset.partitionedBy === undefined || readsEverything(mapping)
        ? null
        : upstreamPartitions(mapping, partitions, readSpace({ upstream: asset.key, mapping }, snapshot));
      // No condition is needed if every partition is read, which is usual for the first materialization.
      const within = read && isWhole(read, snapshot.spaces.get(asset.key)!) ? null : read;
      const readPartitions = within ?? snapshot.spaces.get(asset.key);
      const parts = rowFilesOf(database, asset)
        ? partsOfDates(asset, version, readPartitions, mostRows)
        : partsOfKey(asset, version, readPartitions, mostRows);
      return [name, inputOf(asset, version, { database, within, parts, signal, recent, reader: producer.key })];
    }),
  );
}

/** Rows of an asset in some of its own partitions at the version of a snapshot; none before its first. */
export function ownRows(
  asset: AnyAsset,
  partitions: PartitionSet,
  { database, snapshot, signal }: { database: Database; snapshot: { latest: ReadVersions }; signal: AbortSignal },
): Input<Record<string, unknown>> {
  const version = snapshot.latest.get(asset.key);
  const within = partitions.space.isSingle ? null : partitions;
  if (version) return inputOf(asset, version, { database, within, signal }) as Input<Record<string, unknown>>;
  return {
    key: asset.key,
    materialization: 0,
    rowCount: 0,
    metadata: () => Promise.resolve({}),
    columns: () => Promise.reject(new TypeError(`"${asset.key}" has no version yet: look at rowCount, or read rows.`)),
    async *parts() {
      yield await this.columns();
    },
    rows: () => Promise.resolve([]),
    where() {
      return this;
    },
  };
}

/** Rows of an asset in its fresh partitions. */
export function settledRows(
  asset: AnyAsset,
  partitions: PartitionSet,
  { snapshot, ...reading }: { database: Database; snapshot: { latest: ReadVersions }; signal: AbortSignal },
): SettledRows {
  // An empty set must give no rows: for an unpartitioned asset the query would return the whole table.
  const known = partitions.isEmpty ? { latest: new Map() } : snapshot;
  return { ...ownRows(asset, partitions, { ...reading, snapshot: known }), partitions };
}

/** Some values of a column of rows that are read together. */
type ReadPart = { column: string; values: readonly string[] };

/** Dates, in parts of whole months: each file is read once. `null` for all rows at once. */
function partsOfDates(
  { partitionedBy }: AnyAsset,
  { rowCount }: { rowCount: number },
  read: { names: readonly string[]; dates: readonly string[] } | undefined,
  most: number,
): ReadPart[] | null {
  const column = partitionedBy?.date;
  if (!read || column === undefined || rowCount <= most) return null;
  const dates = read.dates.toSorted();
  const parts = inMonths(dates, most / Math.max(1, read.names.length));
  return parts.length < 2 ? null : parts.map((values) => ({ column, values }));
}

/**
 * Values of the first key column, in parts whose rows fit in memory together; `null` for all rows at once.
 *
 * @param read The partitions that are read; `null` for all of the asset's.
 */
function partsOfKey(
  { schema, partitionedBy }: AnyAsset,
  { rowCount }: { rowCount: number },
  read: { names: readonly string[]; dates: readonly string[] } | undefined,
  most: number,
): ReadPart[] | null {
  if (!read || partitionedBy?.name !== schema.primaryKey[0] || rowCount <= most) return null;
  const { length } = read.dates;
  if (read.names.length * length <= most) return null;
  const atOnce = Math.max(1, Math.floor(most / length));
  const names = read.names.toSorted();
  const [column] = schema.primaryKey;
  return Array.from({ length: Math.ceil(names.length / atOnce) }, (_, i) => ({
    column: column!,
    values: names.slice(i * atOnce, (i + 1) * atOnce),
  }));
}

/** The parts of rows with some values; `null` if these are no more than one part had. */
function partsWithin(parts: readonly ReadPart[], { column, values }: Where): readonly ReadPart[] | null {
  const isWanted = isOneOf(values);
  const within = parts.map((part) => part.column === column ? { column, values: part.values.filter(isWanted) } : part);
  const count = (some: readonly ReadPart[]) => some.reduce((sum, part) => sum + part.values.length, 0);
  const most = Math.max(...parts.map((part) => part.values.length));
  return count(within) <= most ? null : within.filter((part) => part.values.length > 0);
}

function isWhole(read: PartitionSet, { names, dates }: PartitionSpace): boolean {
  return read.count === names.length * dates.length;
}

function inputOf(
  asset: AnyAsset,
  version: { materialization: number; rowCount: number },
  { database, within, where = [], parts = null, signal, reader, recent }: {
    database: Database;
    within: PartitionSet | null;
    where?: readonly Where[];
    /** The parts in which rows are read. */
    parts?: readonly ReadPart[] | null;
    signal: AbortSignal;
    /** The asset that reads the rows, and relies on their schema. */
    reader?: string;
    recent?: RecentRows;
  },
): Input<object> {
  const read = async (names: readonly string[]) => {
    const { materialization } = version;
    const columns = (within === null ? recent?.columns(asset, names, materialization, where) : null) ??
      await readColumns(database, asset, names, materialization, { within, where, signal });
    if (reader !== undefined) refuseGaps(asset, columns, reader);
    return columns;
  };
  const limited = (more: Where, parts: readonly ReadPart[] | null = null) =>
    inputOf(asset, version, { database, within, where: [...where, more], parts, signal, reader, recent });
  return {
    key: asset.key,
    materialization: version.materialization,
    rowCount: version.rowCount,
    metadata: () => metadataOf(database, version.materialization),
    columns: async (...names: string[]) => await read(names) as never,
    async *parts(...names: string[]) {
      if (parts === null) yield await read(names) as never;
      else {
        for (const part of parts) yield await limited(part).columns(...names as never[]);
      }
    },
    rows: async () => toRows(asset.schema, await read(asset.schema.columns.map((c) => c.name))) as never,
    where: (column: string, values: SomeValues) =>
      limited({ column, values }, parts && partsWithin(parts, { column, values })),
  };
}

async function metadataOf(database: Database, materialization: number): Promise<Record<string, MetadataValue>> {
  const [row] = await database.sql<{ metadata: Record<string, MetadataValue> }[]>`
    SELECT metadata FROM engine.materialization WHERE id = ${materialization}`;
  return row?.metadata ?? {};
}

/** @throws {OutdatedRowsError} If rows lack a value that their schema now requires. */
function refuseGaps({ key, schema }: AnyAsset, columns: Readonly<Record<string, ColumnData>>, reader: string): void {
  for (const { name, nullable } of schema.columns) {
    const values = nullable ? undefined : columns[name];
    if (!values) continue;
    const isGap = values instanceof Float64Array ? hasNaN(values) : values.includes(null);
    if (isGap) throw new OutdatedRowsError(reader, key, name);
  }
}

/** A loop: `some` calls a function for each number. */
function hasNaN(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}
