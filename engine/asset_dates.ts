import type { Database } from "../resources/database/database.ts";
import type { AnyAsset } from "./asset.ts";
import { asOf, tableOf } from "./asset_table.ts";
import { isLost } from "./lost_rows.ts";

/** Which version of an asset is meant; the latest by default. */
export interface AtVersion {
  asOf?: number;
}

/**
 * The newest date of an asset's cells that has been made, whether or not there came any row of it; `null` where there is none or the
 * asset's cells have no date.
 */
export async function newestDate(
  { sql }: Database,
  asset: AnyAsset,
  { asOf: version }: AtVersion = {},
): Promise<string | null> {
  const column = asset.cells?.date;
  if (column === undefined) return null;
  const until = version ?? null;
  const [row] = await sql.unsafe<{ date: string | null }[]>(
    `SELECT greatest(
       (SELECT max(last #>> '{}') FROM engine.materialization m, jsonb_path_query(m.cells, '$[*].dates[*][1]') AS last
        WHERE m.asset_key = $1 AND NOT ${isLost("m")} AND ($2::bigint IS NULL OR m.id <= $2::bigint)),
       (SELECT max("${column}")::text FROM ${tableOf(asset)} WHERE ${current(version, 2)})) AS date`,
    [asset.key, until],
  );
  return row!.date;
}

/** Dates of an asset's cells that have rows, newest first; none for an asset whose cells have no date. */
export async function datesWithRows(
  { sql }: Database,
  asset: AnyAsset,
  { asOf: version }: AtVersion = {},
): Promise<string[]> {
  const column = asset.cells?.date;
  if (column === undefined) return [];
  const rows = await sql.unsafe<{ date: string }[]>(
    `SELECT DISTINCT "${column}"::text AS date FROM ${tableOf(asset)} WHERE ${current(version, 1)} ORDER BY 1 DESC`,
    version === undefined ? [] : [version],
  );
  return rows.map((row) => row.date);
}

function current(version: number | undefined, parameter: number): string {
  return version === undefined ? "_until IS NULL" : asOf(parameter);
}
