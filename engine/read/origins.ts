import type { Database } from "../../resources/database/database.ts";

/** Maximum number of cached versions. */
const remembered = 10_000;

/**
 * Finds the original sources of versions: an asset that reads from outside has `source` in its metadata, and its downstream assets
 * inherit that. Versions without rows are ignored.
 *
 * A version never changes, so each is traced once.
 */
export class Origins {
  readonly #known = new Map<number, readonly string[]>();

  constructor(private readonly database: Database) {}

  /** Names of the sources of some versions together, sorted, each once; none if no upstream asset names any. */
  async of(materializations: readonly number[]): Promise<string[]> {
    const unknown = materializations.filter((id) => !this.#known.has(id));
    if (unknown.length > 0) await this.#trace(unknown);
    return [...new Set(materializations.flatMap((id) => this.#known.get(id) ?? []))].sort();
  }

  async #trace(materializations: readonly number[]): Promise<void> {
    const rows = await this.database.sql<{ id: number; source: string }[]>`
      WITH RECURSIVE upstream (root, id) AS (
        SELECT id, id FROM unnest(${materializations as number[]}::bigint[]) AS asked(id)
        UNION
        SELECT u.root, (read.value ->> 'materialization')::bigint
        FROM upstream u
        JOIN engine.materialization m ON m.id = u.id AND NOT m.metadata ? 'source'
        CROSS JOIN LATERAL jsonb_each(m.upstream) AS read
      )
      SELECT DISTINCT u.root AS id, m.metadata #>> '{source,value}' AS source
      FROM upstream u JOIN engine.materialization m ON m.id = u.id
      WHERE m.metadata ? 'source' AND m.row_count > 0`;
    if (this.#known.size + materializations.length > remembered) this.#known.clear();
    const found = Map.groupBy(rows, ({ id }) => id);
    for (const id of materializations) this.#known.set(id, (found.get(id) ?? []).map(({ source }) => source));
  }
}
