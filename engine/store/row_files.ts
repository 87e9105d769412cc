import type { ColumnData, ColumnSpec, Database, Sql } from "../../resources/database/database.ts";
import { type ParquetQuery, type QueriedRows, type QueryParquet, queryParquet } from "../../resources/parquet_query.ts";
import type { Condition } from "../../resources/row_condition.ts";
import { type FileStore, FileStoreError } from "../../resources/row_files/mod.ts";
import type { AnyAsset, Where } from "../declare/asset.ts";
import { orderOf } from "../declare/key_order.ts";
import { rowsAt } from "../declare/row_schema.ts";
import { messageOf } from "../errors.ts";
import type { PartitionSet, Rectangle } from "../partitions/mod.ts";

/*
 * An asset may keep its rows in Parquet files instead of a table. Each file has the rows of one month, or all rows of an asset
 * without a date, in key order; engine.row_file records the versions to which it belongs. A publication writes new files for the
 * months that change, and leaves the others and all earlier ones as they are.
 *
 * The column `_from` of a file is the materialization that added the row, as in a table; NULL for the first one of the file, whose
 * number is unknown when the file is written.
 */

/** The assets with rows in files, and the store of these. */
export interface RowFileSetting {
  store: FileStore;
  /** {@link queryParquet} by default. */
  query?: QueryParquet;
  keys: ReadonlySet<string>;
}

const settings = new WeakMap<Database, RowFileSetting>();

/** Sets which assets of a database have their rows in files, for all readers and writers of this thread. */
export function keepRowsInFiles(database: Database, setting: RowFileSetting | undefined): void {
  if (setting) settings.set(database, setting);
  else settings.delete(database);
}

/** The setting of {@link keepRowsInFiles}; `undefined` if all rows are in tables. */
export function rowFileSetting(database: Database): RowFileSetting | undefined {
  return settings.get(database);
}

/** The files with the rows of an asset; `undefined` if these are in a table. */
export function rowFilesOf(database: Database, asset: AnyAsset): RowFiles | undefined {
  const setting = settings.get(database);
  return setting?.keys.has(asset.key) ? new RowFiles(database, asset, setting.store, setting.query) : undefined;
}

/**
 * Some columns of the current rows in files of an asset, in key order, for readers before an engine is open; `null` if it has no files.
 *
 * @throws {FileStoreError} If a file is missing, the store cannot be reached, or there is none.
 */
export async function currentRowsInFiles(
  database: Database,
  asset: AnyAsset,
  names: readonly string[],
  store: FileStore | undefined,
): Promise<Record<string, ColumnData> | null> {
  const [found] = await database.sql<{ files: boolean }[]>`
    SELECT EXISTS (
      SELECT FROM engine.row_file WHERE asset_key = ${asset.key} AND from_materialization IS NOT NULL
        AND until_materialization IS NULL AND NOT retired) AS files`;
  if (!found!.files) return null;
  if (store) return await new RowFiles(database, asset, store).columns(names, undefined);
  throw new FileStoreError(`The rows of "${asset.key}" are in Parquet files. Set ROW_FILES to their place.`);
}

/** A file with rows of some versions of an asset. */
export interface RowFile {
  id: number;
  path: string;
  /** The month of its rows; empty if the asset has no date. */
  segment: string;
  rows: number;
  bytes: number;
  columns: readonly string[];
  digest: string;
  /** The first version to which it belongs. */
  from: number;
}

/** The materialization that added a row. */
export const originColumn: ColumnSpec = { name: "_from", type: "bigint" };

const fileColumns = "id, path, segment, rows, bytes, to_json(columns) AS columns, digest, from_materialization AS from";

/** Beyond this number, names are compared here instead of by the library. */
const manyNames = 1_000;

/** The column whose months divide the rows: that of the partitions' dates, or else the first date in the key. */
export function segmentColumn({ schema, partitionedBy }: AnyAsset): string | undefined {
  const isDate = (name: string) => schema.columns.some((c) => c.name === name && c.type === "date" && !c.nullable);
  return [partitionedBy?.date, ...schema.primaryKey].find((name) => name !== undefined && isDate(name));
}

/** The segment of a date. */
export function segmentOf(date: string): string {
  return date.slice(0, -3);
}

/** Rows of an asset in files. */
export class RowFiles {
  constructor(
    private readonly database: Database,
    private readonly asset: AnyAsset,
    readonly store: FileStore,
    private readonly queryParquetFiles: QueryParquet = queryParquet,
  ) {}

  /** The files of a version, by segment; of the current one by default. */
  async of(version?: number, sql: Sql = this.database.sql): Promise<RowFile[]> {
    const { key } = this.asset;
    if (version === undefined) {
      return await sql.unsafe<RowFile[]>(
        `SELECT ${fileColumns} FROM engine.row_file
         WHERE asset_key = $1 AND from_materialization IS NOT NULL AND until_materialization IS NULL AND NOT retired
         ORDER BY segment`,
        [key],
      );
    }
    return await sql.unsafe<RowFile[]>(
      `SELECT ${fileColumns} FROM engine.row_file
       WHERE asset_key = $1 AND from_materialization <= $2 AND coalesce(until_materialization > $2, true) AND NOT retired
       ORDER BY segment`,
      [key, version],
    );
  }

  /**
   * Queries the rows of a version; the current one by default. The column `_from` can be queried too.
   *
   * @throws {FileStoreError} If a file is missing, or the store cannot be reached.
   */
  async query(
    version: number | undefined,
    query: ParquetQuery,
    options: { signal?: AbortSignal } = {},
  ): Promise<QueriedRows> {
    return await this.queryFiles(await this.of(version), query, options);
  }

  /**
   * Queries the rows of some files, given in the order of their months.
   *
   * Only the first months are read if they have the first rows of the order.
   */
  async queryFiles(
    files: readonly RowFile[],
    query: ParquetQuery,
    options: { signal?: AbortSignal } = {},
  ): Promise<QueriedRows> {
    const column = segmentColumn(this.asset);
    const read = files.filter(mayMeet(column, query.where ?? []));
    const first = firstTerm(query);
    if (first === undefined || first.column.name !== column) return await this.#queryAll(read, query, options);
    if (first.descending) read.reverse();
    for (let months = 2; months < read.length;) {
      const rows = await this.#queryAll(read.slice(0, months), query, options);
      if (rows.count === query.limit) return rows;
      rows[Symbol.dispose]();
      // As many months as have the rows if all have as many, and a fourth more.
      months = Math.ceil(months * Math.min(8, Math.max(2, 1.25 * query.limit! / rows.count)));
    }
    return await this.#queryAll(read, query, options);
  }

  async #queryAll(
    read: readonly RowFile[],
    query: ParquetQuery,
    { signal }: { signal?: AbortSignal },
  ): Promise<QueriedRows> {
    const paths = await Promise.all(read.map((file) => this.store.localPath(file, { signal })));
    signal?.throwIfAborted();
    const queried = read.map(({ from, columns }, i) => ({
      path: paths[i]!,
      instead: { [originColumn.name]: from },
      // Like those of a table, earlier rows have no value in a column that was added later.
      lacks: this.asset.schema.columns.filter(({ name }) => !columns.includes(name)),
    }));
    try {
      return await this.queryParquetFiles(queried, query);
    } catch (error) {
      throw new FileStoreError(
        `The files of "${this.asset.key}" in ${this.store.location} cannot be read: ${
          messageOf(error)
        }. Restore them ` +
          "from a backup.",
        { cause: error },
      );
    }
  }

  /** Some columns of a version, the current one if it is `undefined`, in key order; only of some partitions, or of rows with some texts or dates. */
  async columns(
    names: readonly string[],
    version: number | undefined,
    { within = null, where = [], signal }: {
      within?: PartitionSet | null;
      where?: readonly Where[];
      signal?: AbortSignal;
    } = {},
  ): Promise<Record<string, ColumnData>> {
    const { asset } = this;
    const conditions: Condition[] = where.map(({ column, values }) => {
      const { type } = this.#column(column);
      if (type !== "text" && type !== "date") {
        throw new RangeError(`"${asset.key}" has no column "${column}" of texts or dates.`);
      }
      return "from" in values
        ? { column: this.#column(column), is: "gte", value: values.from }
        : { column: this.#column(column), in: values };
    });
    const partition = asset.partitionedBy;
    const divided = within === null ? [] : [partition!.name, partition!.date].filter((name) => name !== undefined);
    const rectangles = within?.rectangles() ?? [];
    if (within !== null) conditions.push(...this.#around(rectangles));
    const all = [...new Set([...names, ...asset.schema.primaryKey, ...divided])];
    for (const name of all) this.#column(name);
    using rows = await this.query(version, { columns: all.map((name) => this.#column(name)), where: conditions }, {
      signal,
    });
    let read = await rows.read();
    signal?.throwIfAborted();
    if (within !== null && !isExact(rectangles)) {
      const isInside = insideOf(rectangles);
      const [name, date] = [partition!.name, partition!.date].map((column) =>
        column === undefined ? undefined : read[column] as readonly string[]
      );
      const inside: number[] = [];
      for (let row = 0; row < rows.count; row++) if (isInside(name?.[row] ?? "", date?.[row] ?? "")) inside.push(row);
      if (inside.length < rows.count) read = rowsAt(read, Uint32Array.from(inside));
    }
    const order = orderOf(asset.schema.primaryKey.map((name) => read[name]!));
    const wanted = Object.fromEntries(names.map((name) => [name, read[name]!]));
    return order ? rowsAt(wanted, order) : wanted;
  }

  /** All rows of a file, with the materialization that added each. */
  async read(file: RowFile, options: { signal?: AbortSignal } = {}): Promise<Record<string, ColumnData>> {
    const columns = [...this.asset.schema.columns.map(({ name, type }) => ({ name, type })), originColumn];
    using rows = await this.queryFiles([file], { columns }, options);
    return await rows.read();
  }

  #column(name: string): ColumnSpec {
    const found = this.asset.schema.columns.find((column) => column.name === name);
    if (!found) throw new RangeError(`"${this.asset.key}" has no column "${name}".`);
    return { name, type: found.type };
  }

  /** Conditions that all rows of some partitions meet, and few others. */
  #around(rectangles: readonly Rectangle[]): Condition[] {
    const conditions: Condition[] = [];
    const { name, date } = this.asset.partitionedBy!;
    if (rectangles.length === 0) return [{ any: [] }];
    if (name !== undefined && rectangles.every(({ names }) => names !== null)) {
      const names = [...new Set(rectangles.flatMap(({ names }) => names!))];
      if (names.length <= manyNames) conditions.push({ column: this.#column(name), in: names });
    }
    if (date !== undefined && rectangles.every(({ dates }) => dates !== null)) {
      const column = this.#column(date);
      const ends = rectangles.flatMap(({ dates }) => dates!.flat()).sort();
      if (ends.length === 0) return [{ any: [] }];
      conditions.push({ column, is: "gte", value: ends[0]! }, { column, is: "lte", value: ends.at(-1)! });
    }
    return conditions;
  }
}

/** Whether `#around` describes the partitions exactly, so that rows need no further test. */
function isExact([only, ...more]: readonly Rectangle[]): boolean {
  return only !== undefined && more.length === 0 && (only.names?.length ?? 0) <= manyNames &&
    (only.dates?.length ?? 1) === 1;
}

/** The months of the dates of rectangles; `null` if one has all dates. */
export function monthsOf(rectangles: readonly Rectangle[]): ReadonlySet<string> | null {
  const months = new Set<string>();
  for (const { dates } of rectangles) {
    if (dates === null) return null;
    for (const [first, last] of dates) {
      const end = segmentOf(last);
      for (let month = Temporal.PlainYearMonth.from(segmentOf(first)); month.toString() <= end;) {
        months.add(month.toString());
        month = month.add({ months: 1 });
      }
    }
  }
  return months;
}

/** Whether a row with these coordinates belongs to the partitions of rectangles. */
export function insideOf(rectangles: readonly Rectangle[]): (name: string, date: string) => boolean {
  const sets = rectangles.map(({ names, dates }) => ({ names: names && new Set(names), dates }));
  const rangesOf = new Map<string, (readonly (readonly [string, string])[] | null)[]>();
  return (name, date) => {
    let ranges = rangesOf.get(name);
    if (!ranges) {
      ranges = sets.filter(({ names }) => names?.has(name) ?? true).map(({ dates }) => dates);
      rangesOf.set(name, ranges);
    }
    return ranges.some((dates) => dates?.some(([first, last]) => first <= date && date <= last) ?? true);
  };
}

/** The term of the order that decides which rows of a limited query come first: columns with a given value do not. */
function firstTerm({ where = [], order = [], limit, firstOfEach, distinct }: ParquetQuery) {
  if (limit === undefined || firstOfEach || distinct) return undefined;
  const given = new Set(where.flatMap((one) => "is" in one && one.is === "eq" ? [one.column.name] : []));
  return order.find(({ column }) => !given.has(column.name));
}

/** Whether a file may have rows that meet the conditions, by its month. */
function mayMeet(column: string | undefined, conditions: readonly Condition[]): (file: RowFile) => boolean {
  let [first, last] = ["", "￿"];
  const months: ReadonlySet<string>[] = [];
  for (const condition of conditions) {
    if (!("column" in condition) || condition.column.name !== column) continue;
    if ("in" in condition) months.push(new Set(condition.in.map(segmentOf)));
    if (!("is" in condition) || condition.is === "ne") continue;
    const month = segmentOf(condition.value);
    if (["eq", "gt", "gte"].includes(condition.is) && month > first) first = month;
    if (["eq", "lt", "lte"].includes(condition.is) && month < last) last = month;
  }
  return ({ segment }) => first <= segment && segment <= last && months.every((some) => some.has(segment));
}
