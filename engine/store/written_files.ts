import { createHash } from "node:crypto";
import type { ColumnData, Sql } from "../../resources/database/database.ts";
import { parquetOf } from "../../resources/parquet_file.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { orderOf } from "../declare/key_order.ts";
import { dataVersion, type PreparedRows, rowsAt, sortedKeys } from "../declare/row_schema.ts";
import type { Database } from "../../resources/database/database.ts";
import { originColumn, type RowFile, type RowFiles, segmentColumn, segmentOf } from "./row_files.ts";

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
  /** Name and date of each partition in which a row was added or removed, for an asset with partitions. */
  changed: readonly [name: string, date: string][];
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

/** Number of files encoded and written at once. */
const filesAtOnce = 4;

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
  const changes: SegmentChange[] = [];
  for (let start = 0; start < segments.length; start += filesAtOnce) {
    const some = segments.slice(start, start + filesAtOnce).map(async (segment) => {
      const positions = bySegment.get(segment) ?? new Uint32Array();
      const file = current.get(segment);
      const change = await changeOf(asset, { files, file, rows, positions, replaces, signal });
      return change && { ...change, segment, file };
    });
    for (const change of await Promise.all(some)) if (change) changes.push(change);
    signal.throwIfAborted();
  }
  const written = await write(database, files, { asset, changes, signal });
  const kept = [...current.values()].filter(({ id }) => !changes.some(({ file }) => file?.id === id));
  const after = [...kept, ...written];
  return {
    added: changes.reduce((sum, { added }) => sum + added, 0),
    removed: changes.reduce((sum, { removed }) => sum + removed, 0),
    changed: [...new Map(changes.flatMap(({ changed }) => [...changed])).values()],
    count: after.reduce((sum, { rows }) => sum + rows, 0),
    content: after.reduce((sum, { segment, digest }) => BigInt.asUintN(64, sum + hashOf(segment, digest)), 0n),
    async record(tx, id) {
      const replaced = changes.flatMap(({ file }) => file ? [file.id] : []);
      const ended = await tx`
        UPDATE engine.row_file SET until_materialization = ${id}
        WHERE id = ANY(${replaced}::bigint[]) AND until_materialization IS NULL AND NOT retired`;
      const begun = await tx`
        UPDATE engine.row_file SET from_materialization = ${id}
        WHERE id = ANY(${
        written.map((file) => file.id)
      }::bigint[]) AND from_materialization IS NULL AND registered_at > '-infinity'`;
      if (ended.count !== replaced.length || begun.count !== written.length) {
        throw new Error(`Another process has changed the files of "${asset.key}". Materialize it again.`);
      }
    },
  };
}

/** Rows of one month that differ from those of its current file. */
interface SegmentChange {
  segment: string;
  file: RowFile | undefined;
  data: Rows;
  count: number;
  digest: string;
  origins: Float64Array;
  added: number;
  removed: number;
  /** Partitions with added or removed rows, by their coordinates as JSON. */
  changed: ReadonlyMap<string, [name: string, date: string]>;
}

/** The rows of each month, ascending; of all rows for an asset without a date. */
function positionsBySegment(asset: AnyAsset, { data, count }: NewRows["rows"]): Map<string, Uint32Array> {
  const column = segmentColumn(asset);
  if (count === 0) return new Map();
  if (column === undefined) return new Map([["", Uint32Array.from({ length: count }, (_, i) => i)]]);
  const found = new Map<string, number[]>();
  (data[column] as readonly string[]).forEach((date, row) => {
    const segment = segmentOf(date);
    const known = found.get(segment);
    if (known) known.push(row);
    else found.set(segment, [row]);
  });
  return new Map([...found].map(([segment, rows]) => [segment, Uint32Array.from(rows)]));
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
  const before = file ? await files.read(file, { signal }) : { ...rowsAt(rows.data, new Uint32Array()), _from: [] };
  if (replaces !== null) {
    const kept = keptRows(asset, before, replaces);
    if (kept.length === file?.rows && count === 0) return undefined;
    data = merged(asset, rowsAt(before, kept), data);
    count += kept.length;
  }
  const digest = dataVersion(schema, data);
  if (digest === file?.digest || (!file && count === 0)) return undefined;
  return { data, count, digest, ...comparison(asset, before, { data, count }) };
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
    const [a, b] = [some[name]!, others[name]!];
    if (!(a instanceof Float64Array)) return [name, [...a, ...b]];
    const numbers = new Float64Array(a.length + b.length);
    numbers.set(a);
    for (let i = 0; i < b.length; i++) numbers[a.length + i] = (b[i] ?? NaN) as number;
    return [name, numbers];
  }));
  const order = orderOf(schema.primaryKey.map((name) => data[name]!));
  return order ? rowsAt(data, order) : data;
}

/** Compares rows in key order: the origin of each new row, and the partitions that differ. */
function comparison(
  { schema, partitionedBy }: AnyAsset,
  before: Rows,
  { data, count }: { data: Rows; count: number },
): Pick<SegmentChange, "origins" | "added" | "removed" | "changed"> {
  const keys = schema.primaryKey;
  const values = schema.columns.filter(({ name }) => !keys.includes(name));
  const origins = new Float64Array(count).fill(NaN);
  const changed = new Map<string, [string, string]>();
  const note = (rows: Rows, row: number) => {
    if (!partitionedBy) return;
    const of = (column: string | undefined) => column === undefined ? "" : rows[column]![row] as string;
    const coordinates: [string, string] = [of(partitionedBy.name), of(partitionedBy.date)];
    changed.set(JSON.stringify(coordinates), coordinates);
  };
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
  return { origins, added, removed, changed };
}

type NewFile = Pick<RowFile, "id" | "segment" | "rows" | "digest">;

async function write(
  database: Database,
  { store }: RowFiles,
  { asset, changes, signal }: { asset: AnyAsset; changes: readonly SegmentChange[]; signal: AbortSignal },
): Promise<NewFile[]> {
  const columns = [...asset.schema.columns.map(({ name, type }) => ({ name, type })), originColumn];
  const names = columns.map(({ name }) => name);
  const written: NewFile[] = [];
  const left = changes.filter(({ count }) => count > 0);
  while (left.length > 0) {
    const some = await Promise.all(
      left.splice(0, filesAtOnce).map(async ({ segment, data, count, digest, origins }) => {
        const bytes = await parquetOf(columns, { ...data, [originColumn.name]: origins }, { signal });
        const path = `${asset.key}/${segment || "all"}-${crypto.randomUUID()}.parquet`;
        return { path, bytes, segment, rows: count, digest };
      }),
    );
    const rows = some.map(({ bytes, ...file }) => ({ ...file, bytes: bytes.length }));
    const ids = await database.sql<{ id: number; path: string }[]>`
      INSERT INTO engine.row_file (asset_key, path, segment, rows, bytes, columns, digest)
      SELECT ${asset.key}, f.path, f.segment, f.rows, f.bytes, ${names}::text[], f.digest
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
        AS f(path text, segment text, rows bigint, bytes bigint, digest text)
      RETURNING id, path`;
    const idOf = new Map(ids.map(({ id, path }) => [path, id]));
    written.push(...rows.map(({ path, segment, rows, digest }) => ({ id: idOf.get(path)!, segment, rows, digest })));
    await Promise.all(some.map(({ path, bytes }) => store.write(path, bytes, { signal })));
  }
  return written;
}

/** 64 bits. */
function hashOf(segment: string, digest: string): bigint {
  return createHash("sha256").update(`${segment} ${digest}`).digest().readBigUInt64BE();
}
