import type { Sql } from "../../resources/database/database.ts";

/**
 * The SQL condition that the rows of a materialization are gone, because the asset's table was replaced.
 *
 * @param alias Alias of engine.materialization in the surrounding query.
 */
export function isLost(alias: string): string {
  return `(${alias}.id <= coalesce((SELECT lost_until FROM engine.asset_table WHERE asset_key = ${alias}.asset_key), 0))`;
}

/**
 * Why the rows of a materialization cannot be read (a replaced table, or expired retention), and which ones can: a sentence
 * fragment for users.
 */
export async function whyLost(sql: Sql, key: string, materialization: number): Promise<string> {
  const [oldest] = await sql<{ pruned: boolean; id: number; at: string }[]>`
    SELECT m.rows_pruned AS pruned, o.id, o.committed_at AS at FROM engine.materialization m CROSS JOIN LATERAL (
      SELECT id, committed_at FROM engine.materialization
      WHERE asset_key = ${key} AND id > ${materialization} AND NOT rows_pruned ORDER BY id LIMIT 1
    ) o WHERE m.id = ${materialization}`;
  if (oldest?.pruned) {
    return `they are no longer kept; the next kept version is materialization ${oldest.id} of ${oldest.at}`;
  }
  const [row] = await sql<{ because: string | null; retired: string | null }[]>`
    SELECT coalesce(r.because, t.lost_because) AS because, r.name AS retired
    FROM engine.asset_table t LEFT JOIN LATERAL (
      SELECT name, because FROM engine.retired_table
      WHERE asset_key = t.asset_key AND materialization >= ${materialization} ORDER BY materialization, name LIMIT 1
    ) r ON true WHERE t.asset_key = ${key}`;
  const where = row?.retired ? `; they are in the table retired."${row.retired}", where SQL can read them` : "";
  return `the table was replaced, because ${row?.because ?? "it did not fit the asset"}${where}`;
}
