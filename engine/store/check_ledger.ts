import type postgres from "postgres";
import type { Database, Sql } from "../../resources/database/database.ts";
import type { Severity } from "../declare/check.ts";
import { json, plain } from "./driver_values.ts";
import type { CheckResult } from "./records.ts";

/** A check result to be recorded. */
export interface NewCheckResult {
  key: string;
  name: string;
  severity: Severity;
  /** Whether its failure prevents publication of the rows. */
  blocking: boolean;
  passed: boolean;
  message: string;
  failingRows: readonly object[] | null;
}

/** Results of checks (engine.check_result). */
export class CheckLedger {
  readonly #sql: postgres.Sql;

  constructor(database: Database) {
    this.#sql = database.sql;
  }

  /**
   * Records results of checks.
   *
   * @param runId The run of the checks; `null` for checks run alone.
   * @param materializations The checked version, by asset; none for rows that were not published.
   * @returns Ids of the records.
   */
  async record(
    tx: Sql,
    runId: number | null,
    checks: readonly NewCheckResult[],
    materializations: ReadonlyMap<string, number>,
  ): Promise<number[]> {
    if (checks.length === 0) return [];
    const rows = checks.map((c) => ({ ...c, materialization: materializations.get(c.key) ?? null }));
    const recorded = await tx<{ id: number }[]>`
      INSERT INTO engine.check_result (run_id, asset_key, materialization_id, name, severity, passed, message, failing_rows)
      SELECT ${runId}, c.key, c.materialization, c.name, c.severity, c.passed, c.message, nullif(c."failingRows", 'null'::jsonb)
      FROM jsonb_to_recordset(${json(this.#sql, rows)}) AS c(
        key text, materialization bigint, name text, severity text, passed boolean, message text, "failingRows" jsonb)
      RETURNING id`;
    return recorded.map(({ id }) => id);
  }

  /** The last results of the asset's checks, published or not, including checks run alone since. */
  async last(key: string): Promise<CheckResult[]> {
    return plain(
      await this.#sql<CheckResult[]>`
      WITH last AS (
        SELECT run_id, id FROM engine.check_result WHERE asset_key = ${key} AND run_id IS NOT NULL ORDER BY id DESC LIMIT 1
      )
      SELECT name, severity, passed, message, failing_rows AS "failingRows", checked_at AS "checkedAt"
      FROM engine.check_result c
      WHERE asset_key = ${key}
        AND (run_id = (SELECT run_id FROM last) OR (run_id IS NULL AND id > coalesce((SELECT id FROM last), 0)))
        AND NOT EXISTS (
          SELECT FROM engine.check_result later
          WHERE later.asset_key = c.asset_key AND later.name = c.name AND later.run_id IS NULL AND later.id > c.id)
      ORDER BY id`,
    );
  }
}
