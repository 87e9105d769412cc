import type postgres from "postgres";
import type { Database, Sql } from "../../resources/database/database.ts";
import { plain } from "./driver_values.ts";
import type { Materialization } from "./records.ts";

/** Materializations (engine.materialization); steps and reports add them. */
export class MaterializationLedger {
  readonly #sql: postgres.Sql;

  constructor(database: Database) {
    this.#sql = database.sql;
  }

  async recordRowChanges(tx: Sql, materialization: number, added: number, removed: number): Promise<void> {
    await tx`
      UPDATE engine.materialization SET rows_added = ${added}, rows_removed = ${removed} WHERE id = ${materialization}`;
  }

  /** Newest first. */
  async list(
    key: string,
    { limit, before }: { limit: number; before?: number },
  ): Promise<Materialization[]> {
    return plain(
      await this.#sql<Materialization[]>`
      SELECT ${this.#columns()} FROM engine.materialization
      WHERE asset_key = ${key} AND ${before === undefined ? this.#sql`true` : this.#sql`id < ${before}`}
      ORDER BY id DESC LIMIT ${limit}`,
    );
  }

  /** The latest materialization of each of `keys`. */
  async latest(keys: readonly string[]): Promise<Map<string, Materialization>> {
    const rows = await this.#sql<Materialization[]>`
      SELECT ${this.#columns()} FROM unnest(${keys as string[]}::text[]) AS k(k)
      CROSS JOIN LATERAL (SELECT * FROM engine.materialization WHERE asset_key = k.k ORDER BY id DESC LIMIT 1) m`;
    return new Map(rows.map((row) => [row.key, row]));
  }

  #columns() {
    return this.#sql`
      id, asset_key AS key, origin, run_id AS "runId", code_version AS "codeVersion", engine.with_config(asset_key, config_hash, config) AS config,
      upstream, source_version AS "sourceVersion", data_version AS "dataVersion", row_count AS "rowCount",
      rows_added AS "rowsAdded", rows_removed AS "rowsRemoved", metadata,
      engine.with_names(step_key, partitions) AS partitions, rows_from::text AS "rowsFrom", changed, started_at AS "startedAt", committed_at AS "committedAt"`;
  }
}
