import type { Database, Sql } from "../../resources/database/database.ts";
import type { Condition } from "../../resources/row_condition.ts";
import type { Asset } from "../declare/asset.ts";
import { hasTable, tableOf } from "../store/asset_table.ts";
import { rowFilesOf } from "../store/row_files.ts";
import { columnOf } from "./row_filter.ts";
import type { ColumnOf } from "./view_rows.ts";

/**
 * The newest date in a column of an asset's current rows, or of those in which a boolean column is true; `null` for none.
 *
 * Cost: if the key begins with a series and the date, two index probes for each series, 15 ms for 500 of any length; otherwise a full scan.
 */
export async function newestDate<Row>(
  database: Database,
  asset: Asset<Row>,
  { column, where = null, sql = database.sql }: { column: ColumnOf<Row>; where?: ColumnOf<Row> | null; sql?: Sql },
): Promise<string | null> {
  const files = rowFilesOf(database, asset);
  if (files) {
    const isTrue: Condition[] = where === null
      ? []
      : [{ column: columnOf(asset, where, "where"), is: "eq", value: "true" }];
    const date = columnOf(asset, column, "column");
    const order = [{ column: date, descending: true }];
    using rows = await files.queryFiles(await files.of(undefined, sql), {
      columns: [date],
      where: isTrue,
      order,
      limit: 1,
    });
    return (await rows.read())[column]![0] as string | null ?? null;
  }
  if (!await hasTable(sql, asset)) return null;
  const table = tableOf(asset);
  const [series, date] = asset.schema.primaryKey;
  const skipping = date === column && where === null;
  // PostgreSQL has no skip scan and would read the whole index.
  const query = skipping
    ? `WITH RECURSIVE series AS (
         SELECT (SELECT "${series}" FROM ${table} WHERE _until IS NULL ORDER BY "${series}" LIMIT 1) AS name
         UNION ALL
         SELECT (SELECT "${series}" FROM ${table} t WHERE _until IS NULL AND t."${series}" > s.name
                 ORDER BY "${series}" LIMIT 1)
         FROM series s WHERE s.name IS NOT NULL
       )
       SELECT max((SELECT "${date}" FROM ${table} t WHERE _until IS NULL AND t."${series}" = s.name
                   ORDER BY "${date}" DESC LIMIT 1)) AS newest
       FROM series s WHERE s.name IS NOT NULL`
    : `SELECT max("${column}") AS newest FROM ${table} WHERE _until IS NULL${where === null ? "" : ` AND "${where}"`}`;
  const [row] = await sql.unsafe<{ newest: string | null }[]>(query);
  return row!.newest;
}
