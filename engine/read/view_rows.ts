import type { Database } from "../../resources/database/database.ts";
import type { Asset } from "../declare/asset.ts";
import { maxPageRows, type PageOptions, readPage, type RowPage } from "./row_page.ts";
import type { RowQuery } from "./row_query.ts";
import { versionOf } from "./row_version.ts";

/** Names of the columns of a row. */
export type ColumnOf<Row> = keyof Row & string;

/** Query of a view's rows: columns are those of its rows. */
export interface ViewQuery<Row, Field extends ColumnOf<Row> = ColumnOf<Row>> extends RowQuery<ColumnOf<Row>, Field> {
  /** At least 1; all rows by default. */
  limit?: number;
  /** The end of the previous rows, which must have the same filters and order. */
  cursor?: string;
  /** Rows to leave out at first. */
  offset?: number;
}

/** Rows of a view with the requested columns. */
export type ViewPage<Row, Field extends ColumnOf<Row>> = Omit<RowPage, "rows"> & { rows: Pick<Row, Field>[] };

/**
 * Rows of one materialization, over any number of pages.
 *
 * @throws {InvalidRequestError} As {@link readPage} does.
 *
 * Cost: as {@link readPage}, once for each {@link maxPageRows} rows, and the memory of all of them.
 */
export async function readView<Row, Field extends ColumnOf<Row>>(
  database: Database,
  asset: Asset<Row>,
  { limit = Infinity, offset, ...query }: ViewQuery<Row, Field>,
  { version: known }: PageOptions = {},
): Promise<ViewPage<Row, Field>> {
  const version = known ?? await versionOf(database.sql, asset, query);
  const read = (rows: number, place: { cursor?: string; offset?: number }) =>
    readPage(database, asset, { ...query, ...place, limit: Math.min(maxPageRows, limit - rows) }, { version });
  const first = await read(0, { cursor: query.cursor, offset });
  const rows = first.rows;
  let { nextCursor } = first;
  while (nextCursor !== null && rows.length < limit) {
    const next = await read(rows.length, { cursor: nextCursor });
    rows.push(...next.rows);
    nextCursor = next.nextCursor;
  }
  // The asset was declared with these columns.
  return { ...first, rows: rows as Pick<Row, Field>[], nextCursor };
}
