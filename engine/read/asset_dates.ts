import type { Database } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { asOf, hasTable, tableOf } from "../store/asset_table.ts";
import { isLost } from "../store/lost_rows.ts";
import { rowFilesOf } from "../store/row_files.ts";

/** The version of an asset; the latest by default. */
export interface AtVersion {
  asOf?: number;
}

/**
 * The newest materialized date of an asset's partitions, with or without rows; `null` for none, or for partitions without dates.
 */
export async function newestDate(
  database: Database,
  asset: AnyAsset,
  { asOf: version }: AtVersion = {},
): Promise<string | null> {
  const column = asset.partitionedBy?.date;
  if (column === undefined) return null;
  const { sql } = database;
  const [latest] = await sql.unsafe<{ id: number; byPartitions: boolean; newest: string | null }[]>(
    `SELECT id, partitions IS NOT NULL AS "byPartitions", newest_date::text AS newest FROM engine.materialization m
     WHERE asset_key = $1 AND NOT ${isLost("m")} AND ($2::bigint IS NULL OR id <= $2::bigint)
     ORDER BY id DESC LIMIT 1`,
    [asset.key, version ?? null],
  );
  if (!latest) return null;
  if (latest.newest !== null) return latest.newest === "-infinity" ? null : latest.newest;
  // Materializations of partitions have recorded the date since before rows were kept in files.
  if (rowFilesOf(database, asset)) return (await datesWithRows(database, asset, { asOf: version }))[0] ?? null;
  // Materializations older than the column record only their own partitions.
  const [row] = await sql.unsafe<{ date: string | null }[]>(
    `SELECT greatest(
       (SELECT max(last #>> '{}') FROM engine.materialization m, jsonb_path_query(m.partitions, '$[*].dates[*][1]') AS last
        WHERE $2::boolean AND m.asset_key = $1 AND NOT ${isLost("m")} AND m.id <= $3::bigint),
       (SELECT max("${column}")::text FROM ${tableOf(asset)} WHERE ${current(version, 4)})) AS date`,
    [asset.key, latest.byPartitions, latest.id, ...(version === undefined ? [] : [version])],
  );
  return row!.date;
}

/**
 * Dates of an asset's partitions with rows, newest first; none for partitions without dates.
 *
 * Cost: an index probe for each date of the current rows, if the date is the first column of the key; otherwise a full scan.
 */
export async function datesWithRows(
  database: Database,
  asset: AnyAsset,
  { asOf: version }: AtVersion = {},
): Promise<string[]> {
  const column = asset.partitionedBy?.date;
  if (column === undefined) return [];
  const files = rowFilesOf(database, asset);
  if (files) {
    const date = { name: column, type: "date" as const };
    using found = await files.query(version, { columns: [date], distinct: true });
    return ((await found.read())[column] as string[]).sort().reverse();
  }
  const { sql } = database;
  if (!await hasTable(sql, asset)) return [];
  if (version === undefined && asset.schema.primaryKey[0] === column) {
    // PostgreSQL has no skip scan and would read all rows.
    const below = (bound: string) =>
      `SELECT max("${column}") AS date FROM ${tableOf(asset)} WHERE _until IS NULL${bound}`;
    const rows = await sql.unsafe<{ date: string }[]>(
      `WITH RECURSIVE dates AS (
         ${below("")} UNION ALL SELECT (${below(` AND "${column}" < d.date`)}) FROM dates d WHERE d.date IS NOT NULL
       ) SELECT date::text AS date FROM dates WHERE date IS NOT NULL`,
    );
    return rows.map((row) => row.date);
  }
  const rows = await sql.unsafe<{ date: string }[]>(
    `SELECT DISTINCT "${column}"::text AS date FROM ${tableOf(asset)} WHERE ${current(version, 1)} ORDER BY 1 DESC`,
    version === undefined ? [] : [version],
  );
  return rows.map((row) => row.date);
}

function current(version: number | undefined, parameter: number): string {
  return version === undefined ? "_until IS NULL" : asOf(parameter);
}
