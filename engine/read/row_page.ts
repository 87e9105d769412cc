import { z } from "zod";
import type { ColumnData, ColumnSpec, ColumnType, Database } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { list } from "../record_schema.ts";
import { toRows } from "../declare/row_schema.ts";
import { isPrepared } from "../store/prepared_texts.ts";
import { rowFilesOf } from "../store/row_files.ts";
import { writeCursor } from "./row_order.ts";
import { columnOf } from "./row_filter.ts";
import {
  countStatementOf,
  parquetQueryOf,
  type Question,
  questionOf,
  type RowQuery,
  statementOf,
} from "./row_query.ts";
import { invalid } from "../declare/row_values.ts";
import { versionOf } from "./row_version.ts";
import type { RowVersion } from "../store/latest_versions.ts";

/** Query of one page of an asset's rows. */
export interface PageQuery extends RowQuery {
  /** 1 to {@link maxPageRows}. */
  limit: number;
  /** The end of the previous page, which must have the same filters and order. */
  cursor?: string;
  /** Rows to leave out at first. Cost: as if they were read. */
  offset?: number;
}

/** Query of all rows of an asset; `limit` is 1 to {@link maxTableRows}, and all rows without it. */
export type TableQuery = RowQuery & { limit?: number };

/** Some rows of one version of an asset. */
export const RowPage = z.object({
  columns: list(z.object({ name: z.string(), type: z.string<ColumnType>() })),
  rows: z.array(z.record(z.string(), z.unknown())),
  nextCursor: z.string().nullable().describe("For the next page; null on the last one."),
  materialization: z.int().nullable().describe("The version that was read; null if there is none yet."),
});
export type RowPage = z.infer<typeof RowPage>;

export interface PageOptions {
  /** The version, if it has been looked up already. */
  version?: RowVersion;
}

export interface TableOptions extends PageOptions {
  signal?: AbortSignal;
  /** {@link maxTableRows} by default. */
  maxRows?: number;
}

/** Rows of one materialization, column by column. */
export interface RowTable {
  columns: readonly ColumnSpec[];
  /** One entry for each of `columns`, all with `rows` values. */
  data: Readonly<Record<string, ColumnData>>;
  rows: number;
  /** The materialization read; `null` if the asset has none. */
  materialization: number | null;
}

/** Maximum number of rows of one page. */
export const maxPageRows = 10_000;
/** Maximum number of rows read at once: some hundred megabytes for the duration of one request. */
export const maxTableRows = 2_000_000;

/**
 * One page of the rows of one materialization.
 *
 * Pages linked by cursors come from the same materialization, regardless of publications between them, and contain each row once.
 *
 * @throws {InvalidRequestError} If a column does not exist or cannot be compared, a value is not of its column's type, the limit is
 * out of bounds, or the cursor or materialization does not belong to this asset and order.
 *
 * Cost: in key order on the latest materialization O(limit), else O(rows of all versions kept).
 */
export async function readPage(
  database: Database,
  asset: AnyAsset,
  query: PageQuery,
  { version: known }: PageOptions = {},
): Promise<RowPage> {
  const { limit, offset } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxPageRows) {
    throw invalid("limit", `The limit is ${limit}; a page has 1 to ${maxPageRows.toLocaleString("en")} rows.`);
  }
  const question = questionOf(asset, query);
  const { columns, order } = question;
  const version = known ?? await versionOf(database.sql, asset, query);
  if (!version) return { columns, rows: [], nextCursor: null, materialization: null };
  const rows = await rowsOf(database, asset, question, { version, limit: limit + 1, offset });
  const page = rows.slice(0, limit);
  return {
    columns,
    rows: page.map((row) => picked(row, columns)),
    nextCursor: rows.length > limit ? writeCursor(version.id, order, page.at(-1)!) : null,
    materialization: version.id,
  };
}

/** A loop: for a page of a thousand rows it takes a third of the time of `Object.fromEntries`. */
function picked(row: Readonly<Record<string, unknown>>, columns: readonly ColumnSpec[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const { name } of columns) picked[name] = row[name];
  return picked;
}

/** The materialization of the current rows, as SQL. The key is one of the graph's, in snake_case. */
function currentVersion({ key }: AnyAsset): string {
  return `(SELECT max(id) FROM engine.materialization WHERE asset_key = '${key}')`;
}

/**
 * The first rows of a query. An index covers only the current rows. The latest version is therefore read as the current rows, with
 * their materialization in the same statement, and read again as of the version if a later one was published in between. A version
 * never changes, so no transaction is needed.
 */
async function rowsOf(
  database: Database,
  asset: AnyAsset,
  question: Question,
  { version, limit, offset }: { version: RowVersion; limit: number; offset?: number },
): Promise<Record<string, unknown>[]> {
  const names = [...question.columns, ...question.order.map(({ column }) => column)].map(({ name }) => name);
  const selected = [...new Set(names)];
  const files = rowFilesOf(database, asset);
  if (files) {
    const columns = selected.map((name) => columnOf(asset, name, "fields"));
    using found = await files.query(version.id, parquetQueryOf(question, { selected: columns, limit, offset }));
    return toRows({ columns }, await found.read()) as Record<string, unknown>[];
  }
  const { sql } = database;
  if (version.latest) {
    const latest = currentVersion(asset);
    const of = { id: version.id, latest: true };
    const { text, parameters } = statementOf(asset, question, {
      selected,
      limit,
      offset,
      of,
      extra: [`${latest} AS "_latest"`],
    });
    const rows = await sql.unsafe<Record<string, unknown>[]>(text, parameters, {
      prepare: isPrepared(database, text),
    });
    // Without rows, a second query reads the latest version; that suffices because ids only grow.
    const [{ _latest: found }] = rows.length > 0
      ? rows as unknown as [{ _latest: number }]
      : await sql.unsafe<[{ _latest: number }]>(`SELECT ${latest} AS "_latest"`);
    if (found === version.id) return rows;
  }
  const { text, parameters } = statementOf(asset, question, {
    selected,
    limit,
    offset,
    of: { id: version.id, latest: false },
  });
  return await sql.unsafe<Record<string, unknown>[]>(text, parameters);
}

/** Query of the number of an asset's rows. */
export interface CountQuery<Column extends string = string> extends Pick<RowQuery<Column>, "filters" | "asOf"> {
  /** More are not counted. */
  atMost: number;
}

/**
 * The number of rows of one materialization, at most `atMost`; 0 if the asset has no materialization.
 *
 * @throws {InvalidRequestError} As {@link readPage} does.
 *
 * Cost: O(rows until `atMost` match).
 */
export async function countRows(
  database: Database,
  asset: AnyAsset,
  { atMost, ...query }: CountQuery,
  { version: known }: PageOptions = {},
): Promise<number> {
  const { sql } = database;
  const question = questionOf(asset, query);
  const version = known ?? await versionOf(sql, asset, query);
  if (!version) return 0;
  const files = rowFilesOf(database, asset);
  if (files) {
    const [selected] = question.columns;
    const counted = { ...parquetQueryOf(question, { selected: [selected!], limit: atMost }), order: [] };
    using found = await files.query(version.id, counted);
    return found.count;
  }
  const counted = async (latest: boolean) => {
    const of = { id: version.id, latest };
    const extra = [`${currentVersion(asset)} AS current`];
    const { text, parameters } = countStatementOf(asset, question, { atMost, of, extra });
    const [row] = await sql.unsafe<[{ rows: number; current: number }]>(text, parameters);
    return row;
  };
  // As in a page: an index covers only the current rows.
  const { rows, current } = await counted(version.latest);
  return version.latest && current !== version.id ? (await counted(false)).rows : rows;
}

/**
 * All rows of one materialization, column by column.
 *
 * @throws {InvalidRequestError} As {@link readPage} does, and if there is no limit and there are more than `maxRows` rows: a part
 * is never returned as the whole.
 *
 * Cost: O(rows of all versions kept) and the memory of the requested columns.
 */
export async function readTable(
  database: Database,
  asset: AnyAsset,
  query: TableQuery,
  { signal, version: known, maxRows = maxTableRows }: TableOptions = {},
): Promise<RowTable> {
  const { limit } = query;
  const most = maxRows.toLocaleString("en");
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1 || limit > maxRows)) {
    throw invalid("limit", `The limit is ${limit}; a table has 1 to ${most} rows.`);
  }
  const question = questionOf(asset, query);
  const { columns } = question;
  const version = known ?? await versionOf(database.sql, asset, query);
  if (!version) {
    const data = Object.fromEntries(columns.map(({ name }) => [name, []]));
    return { columns, data, rows: 0, materialization: null };
  }
  const data = await columnsOf(database, asset, question, { version, limit: limit ?? maxRows + 1, signal });
  const rows = data[columns[0]!.name]!.length;
  if (limit === undefined && rows > maxRows) {
    throw invalid("limit", `There are more than ${most} rows. Filter them, or set a limit to get the first of them.`);
  }
  return { columns, data, rows, materialization: version.id };
}

async function columnsOf(
  database: Database,
  asset: AnyAsset,
  question: Question,
  { version, limit, signal }: { version: RowVersion; limit: number; signal: AbortSignal | undefined },
): Promise<Readonly<Record<string, ColumnData>>> {
  const { columns } = question;
  const files = rowFilesOf(database, asset);
  if (files) {
    using rows = await files.query(version.id, parquetQueryOf(question, { selected: columns, limit }), { signal });
    return await rows.read();
  }
  const { text, parameters } = statementOf(asset, question, {
    selected: columns.map(({ name }) => name),
    limit,
    // The version was found in another transaction: it may no longer be the latest.
    of: { id: version.id, latest: false },
  });
  return await database.selectColumns(text, parameters, columns, { signal });
}
