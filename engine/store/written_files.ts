import { createHash } from "node:crypto";
import type { ColumnData, Sql } from "../../resources/database/database.ts";
import { parquetsOf } from "../../resources/parquet_file.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { orderOf } from "../declare/key_order.ts";
import { dataVersion, type PreparedRows, rowsAt, sortedKeys } from "../declare/row_schema.ts";
import type { Database } from "../../resources/database/database.ts";
import { originColumn, type RowFile, type RowFiles, segmentColumn } from "./row_files.ts";
import { positionsByMonth } from "./row_months.ts";

type Rows = Readonly<Record<string, ColumnData>>;

/** The rows of a publication. */
export interface NewRows {
  rows: Pick<PreparedRows, "data" | "count">;
  /** Whether a current row with these coordinates is replaced; `null` if all are. */
  replaces: ((name: string, date: string) => boolean) | null;
  /** Whether rows of a month may be replaced; of any by default. */
  isReplacedIn?(month: string): boolean;
  signal: AbortSignal;
}

/** New files, written but not yet part of a version. */
export interface WrittenFiles {
  added: number;
  removed: number;
  /**
   * Name and date of each partition in which a row was added or removed, for an asset with partitions. Computed when it is asked for:
   * the first files have millions.
   */
  changed(): readonly [name: string, date: string][];
  /** Of all rows after the publication. */
  count: number;
  /** A sum of hashes of all files after the publication: equal rows have equal sums. */
  content: bigint;
  /**
   * Makes them part of materialization `id`, in the transaction that records it.
   *
   * @throws {Error} If another process has changed the files of the asset meanwhile.
   */
  record(tx: Sql, id: number): Promise<void>;
}

/** Rows encoded at once: each call of the library takes some milliseconds besides. */
const rowsAtOnce = 250_000;
/** Files read at once. */
const filesAtOnce = 24;

/**
 * Writes the files of a publication: one for each month whose rows change. They are registered first, so that those of a process
 * that ends are deleted later.
 *
 * Cost: O(rows), and reading the current files of the months that change.
 *
 * @throws {FileStoreError} If the store cannot be reached, or a current file is missing.
 */
export async function writeFiles(
  database: Database,
  files: RowFiles,
  { asset, rows, replaces, isReplacedIn = () => true, signal }: NewRows & { asset: AnyAsset },
): Promise<WrittenFiles> {
  const current = new Map((await files.of()).map((file) => [file.segment, file]));
  const bySegment = positionsBySegment(asset, rows);
  const affected = [...current.keys()].filter(isReplacedIn);
  const segments = [...new Set([...affected, ...bySegment.keys()])].sort();
  const written: NewFile[] = [];
  const replaced = new Set<number>();
  const differences: Difference[] = [];
  const sizeOf = (segment: string) => Math.max(bySegment.get(segment)?.length ?? 0, current.get(segment)?.rows ?? 0);
  for (const some of inBatches(segments, sizeOf)) {
    const found = await Promise.all(some.map(async (segment): Promise<SegmentChange | undefined> => {
      const positions = bySegment.get(segment) ?? new Uint32Array();
      const file = current.get(segment);
      const change = await changeOf(asset, { files, file, rows, positions, replaces, signal });
      return change && { ...change, segment, file };
    }));
    const changes = found.filter((change) => change !== undefined);
    signal.throwIfAborted();
    // Written at once: the rows of all months would be in memory twice.
    written.push(...await write(database, files, { asset, changes: changes.filter(({ count }) => count > 0), signal }));
    for (const { file, added, removed, changed } of changes) {
      if (file) replaced.add(file.id);
      differences.push({ added, removed, changed });
    }
  }
  const after = [...[...current.values()].filter(({ id }) => !replaced.has(id)), ...written];
  return {
    added: differences.reduce((sum, { added }) => sum + added, 0),
    removed: differences.reduce((sum, { removed }) => sum + removed, 0),
    changed: () => [...new Map(differences.flatMap(({ changed }) => [...changed()])).values()],
    count: after.reduce((sum, { rows }) => sum + rows, 0),
    content: after.reduce((sum, { segment, digest }) => BigInt.asUintN(64, sum + hashOf(segment, digest)), 0n),
    async record(tx, id) {
      const ended = await tx`
        UPDATE engine.row_file SET until_materialization = ${id}
        WHERE id = ANY(${[...replaced]}::bigint[]) AND until_materialization IS NULL AND NOT retired`;
      const begun = await tx`
        UPDATE engine.row_file SET from_materialization = ${id}
        WHERE id = ANY(${
        written.map((file) => file.id)
      }::bigint[]) AND from_materialization IS NULL AND registered_at > '-infinity'`;
      if (ended.count !== replaced.size || begun.count !== written.length) {
        throw new Error(`Another process has changed the files of "${asset.key}". Materialize it again.`);
      }
    },
  };
}

/** Segments in batches of a limited number of files and, beyond one, of rows. */
function* inBatches(segments: readonly string[], sizeOf: (segment: string) => number): Generator<string[]> {
  let batch: string[] = [];
  let rows = 0;
  for (const segment of segments) {
    const size = sizeOf(segment);
    if (batch.length > 0 && (batch.length === filesAtOnce || rows + size > rowsAtOnce)) {
      yield batch;
      batch = [];
      rows = 0;
    }
    batch.push(segment);
    rows += size;
  }
  if (batch.length > 0) yield batch;
}

/** The difference between the rows of one month and those of its current file. */
interface Difference {
  added: number;
  removed: number;
  /** Partitions with added or removed rows, by their coordinates as JSON. */
  changed(): ReadonlyMap<string, [name: string, date: string]>;
}

/** Rows of one month that differ from those of its current file. */
interface SegmentChange extends Difference {
  segment: string;
  file: RowFile | undefined;
  data: Rows;
  count: number;
  digest: string;
  origins: Float64Array;
}

/** The rows of each month, ascending; of all rows for an asset without a date. */
function positionsBySegment(asset: AnyAsset, { data, count }: NewRows["rows"]): Map<string, Uint32Array> {
  const column = segmentColumn(asset);
  if (count === 0) return new Map();
  if (column === undefined) return new Map([["", Uint32Array.from({ length: count }, (_, i) => i)]]);
  return positionsByMonth(data[column] as readonly string[]);
}

async function changeOf(
  asset: AnyAsset,
  { files, file, rows, positions, replaces, signal }: NewRows & {
    files: RowFiles;
    file: RowFile | undefined;
    positions: Uint32Array;
  },
): Promise<Omit<SegmentChange, "segment" | "file"> | undefined> {
  const { schema } = asset;
  let data: Rows = rowsAt(rows.data, positions);
  let count = positions.length;
  // Most files of a table made as a whole do not change: they need not be read.
  if (file && replaces === null && dataVersion(schema, data) === file.digest) return undefined;
  const before = file && await files.read(file, { signal });
  if (before && replaces !== null) {
    const kept = keptRows(asset, before, replaces);
    if (kept.length === file?.rows && count === 0) return undefined;
    data = merged(asset, rowsAt(before, kept), data);
    count += kept.length;
  }
  const digest = dataVersion(schema, data);
  if (digest === file?.digest || (!file && count === 0)) return undefined;
  if (before) return { data, count, digest, ...comparison(asset, before, { data, count }) };
  const changed = () => {
    const found = new Map<string, [string, string]>();
    for (const row of positions) noteCoordinates(asset, rows.data, { row, in: found });
    return found;
  };
  return { data, count, digest, origins: new Float64Array(count).fill(NaN), added: count, removed: 0, changed };
}

/** Positions of the rows that are not replaced. */
function keptRows(
  { partitionedBy }: AnyAsset,
  rows: Rows,
  replaces: (name: string, date: string) => boolean,
): Uint32Array {
  const of = (column: string | undefined) => column === undefined ? undefined : rows[column] as readonly string[];
  const [names, dates] = [of(partitionedBy?.name), of(partitionedBy?.date)];
  const count = rows[originColumn.name]!.length;
  const kept: number[] = [];
  for (let row = 0; row < count; row++) if (!replaces(names?.[row] ?? "", dates?.[row] ?? "")) kept.push(row);
  return Uint32Array.from(kept);
}

/** The rows of both, in key order. */
function merged({ schema }: AnyAsset, some: Rows, others: Rows): Rows {
  const data = Object.fromEntries(schema.columns.map(({ name }) => {
    return [name, joined([some[name]!, others[name]!])];
  }));
  const order = orderOf(schema.primaryKey.map((name) => data[name]!));
  return order ? rowsAt(data, order) : data;
}

/** The values of several columns, one after the other; numbers if the first are. */
function joined(columns: readonly ColumnData[]): ColumnData {
  if (columns.length === 1) return columns[0]!;
  if (!(columns[0] instanceof Float64Array)) return ([] as unknown[]).concat(...columns as unknown[][]);
  const numbers = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const column of columns) {
    if (column instanceof Float64Array) numbers.set(column, start);
    else for (let i = 0; i < column.length; i++) numbers[start + i] = (column[i] ?? NaN) as number;
    start += column.length;
  }
  return numbers;
}

/** Compares rows in key order: the origin of each new row, and the partitions that differ. */
function comparison(
  asset: AnyAsset,
  before: Rows,
  { data, count }: { data: Rows; count: number },
): Difference & Pick<SegmentChange, "origins"> {
  const { schema } = asset;
  const keys = schema.primaryKey;
  const values = schema.columns.filter(({ name }) => !keys.includes(name));
  const origins = new Float64Array(count).fill(NaN);
  const changed = new Map<string, [string, string]>();
  const note = (rows: Rows, row: number) => noteCoordinates(asset, rows, { row, in: changed });
  const compare = (row: number, other: number): number => {
    for (const name of keys) {
      const x = before[name]![row] as string | number;
      const y = data[name]![other] as string | number;
      if (x !== y) return x < y ? -1 : 1;
    }
    return 0;
  };
  const isSame = (row: number, other: number) =>
    values.every(({ name, type }) => {
      const [x, y] = [before[name]![row], data[name]![other] ?? null];
      // NaN is null; JSON differs as an object even if it is equal.
      return x === y || (x !== x && y !== y) ||
        (type === "jsonb" && JSON.stringify(x, sortedKeys) === JSON.stringify(y, sortedKeys));
    });
  const old = before[originColumn.name]!;
  let [added, removed, i, j] = [0, 0, 0, 0];
  while (i < old.length || j < count) {
    const order = i === old.length ? 1 : j === count ? -1 : compare(i, j);
    if (order === 0 && isSame(i, j)) {
      origins[j++] = old[i++] as number;
      continue;
    }
    if (order <= 0) {
      note(before, i++);
      removed++;
    }
    if (order >= 0) {
      note(data, j++);
      added++;
    }
  }
  return { origins, added, removed, changed: () => changed };
}

/** Adds the partition of a row, for an asset with partitions. */
function noteCoordinates(
  { partitionedBy }: AnyAsset,
  rows: Rows,
  { row, in: found }: { row: number; in: Map<string, [name: string, date: string]> },
): void {
  if (!partitionedBy) return;
  const of = (column: string | undefined) => column === undefined ? "" : rows[column]![row] as string;
  const coordinates: [string, string] = [of(partitionedBy.name), of(partitionedBy.date)];
  found.set(JSON.stringify(coordinates), coordinates);
}

type NewFile = Pick<RowFile, "id" | "segment" | "rows" | "digest">;

async function write(
  database: Database,
  { store }: RowFiles,
  { asset, changes, signal }: { asset: AnyAsset; changes: readonly SegmentChange[]; signal: AbortSignal },
): Promise<NewFile[]> {
  const columns = [...asset.schema.columns.map(({ name, type }) => ({ name, type })), originColumn];
  const names = columns.map(({ name }) => name);
  if (changes.length === 0) return [];
  const data = Object.fromEntries(names.map((name) => [
    name,
    joined(changes.map(({ data, origins }) => name === originColumn.name ? origins : data[name]!)),
  ]));
  const files = await parquetsOf(columns, data, changes.map(({ count }) => count), { signal });
  const encoded = changes.map(({ segment, count, digest }, i) => {
    const path = `${asset.key}/${segment || "all"}-${crypto.randomUUID()}.parquet`;
    return { path, bytes: files[i]!, segment, rows: count, digest };
  });
  const rows = encoded.map(({ bytes, ...file }) => ({ ...file, bytes: bytes.length }));
  const ids = await database.sql<{ id: number; path: string }[]>`
    INSERT INTO engine.row_file (asset_key, path, segment, rows, bytes, columns, digest)
    SELECT ${asset.key}, f.path, f.segment, f.rows, f.bytes, ${names}::text[], f.digest
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
      AS f(path text, segment text, rows bigint, bytes bigint, digest text)
    RETURNING id, path`;
  const idOf = new Map(ids.map(({ id, path }) => [path, id]));
  await Promise.all(encoded.map(({ path, bytes }) => store.write(path, bytes, { signal })));
  return rows.map(({ path, segment, rows, digest }) => ({ id: idOf.get(path)!, segment, rows, digest }));
}

/** 64 bits. */
function hashOf(segment: string, digest: string): bigint {
  return createHash("sha256").update(`${segment} ${digest}`).digest().readBigUInt64BE();
}
