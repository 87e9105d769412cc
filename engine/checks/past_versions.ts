import type { Sql } from "../../resources/database/database.ts";
import { longestHistory, type PastVersion } from "../declare/check.ts";

/** The materializations that changed the content of an asset, latest first; only those before `before`, if given. */
export async function pastVersions(sql: Sql, key: string, before?: number): Promise<readonly PastVersion[]> {
  return await sql<PastVersion[]>`
    SELECT id AS materialization, row_count AS "rowCount", committed_at AS "committedAt"
    FROM engine.materialization WHERE asset_key = ${key} AND id < coalesce(${
    before ?? null
  }::bigint, id + 1) AND rows_added + rows_removed > 0
    ORDER BY id DESC LIMIT ${longestHistory}`;
}
