import { type Engine, type Filter, type Materialization, maxPageRows, type PageQuery } from "../engine/mod.ts";

/** What the rows of a version are read from. */
export type VersionEngine = Pick<Engine, "graph" | "rows" | "ledger">;

/** The latest materialization of each of `keys` that there is and that has one, in that order: one question for all of them. */
export async function latestVersions(
  engine: VersionEngine,
  keys: readonly string[],
): Promise<Map<string, Materialization>> {
  const latest = await engine.ledger.latestMaterializations(keys.filter((key) => engine.graph.keys.includes(key)));
  return new Map(keys.flatMap((key) => latest.has(key) ? [[key, latest.get(key)!]] : []));
}

/** All rows of one materialization that meet a query, however many pages they are; none where there is no materialization. */
export async function rowsOfVersion(
  engine: VersionEngine,
  version: Pick<Materialization, "key" | "id"> & { rowCount?: number } | undefined,
  query: Omit<PageQuery, "limit" | "cursor" | "asOf">,
): Promise<Record<string, unknown>[]> {
  if (!version || version.rowCount === 0) return [];
  const rows: Record<string, unknown>[] = [];
  let cursor: string | null = null;
  do {
    const page: { rows: Record<string, unknown>[]; nextCursor: string | null } = await engine.rows(version.key, {
      ...query,
      limit: maxPageRows,
      asOf: version.id,
      ...(cursor !== null && { cursor }),
    });
    rows.push(...page.rows);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
}

/** The rows in which a column has a value. */
export function equal(column: string, value: string): Filter {
  return { column, operator: "eq", value };
}
