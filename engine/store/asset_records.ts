import { z } from "zod";
import type { Sql } from "../../resources/database/database.ts";
import { instant, named } from "../record_schema.ts";
import { type Reading, type RejectedAttempt, StepError } from "./records.ts";
import type { Versions } from "./reasons.ts";

/** Versions of the latest materialization of each of `keys`; assets without one, or without its rows, are omitted. */
export async function latestVersions(
  sql: Sql,
  keys: readonly string[],
): Promise<Map<string, Versions & { rowCount: number }>> {
  const rows = await sql<(Versions & { key: string; rowCount: number })[]>`
    SELECT m.asset_key AS key, m.id AS materialization, m.data_version AS "dataVersion",
           m.code_version AS "codeVersion", m.config_hash AS "configHash", m.source_version AS "sourceVersion",
           m.upstream, m.row_count AS "rowCount",
           CASE WHEN m.id <= t.remake_until THEN t.remake_because END AS remake,
           -- Only the last result of a check counts.
           ARRAY(SELECT c.name FROM engine.check_result c
                 WHERE c.materialization_id = m.id AND NOT c.passed AND c.severity = 'error' AND NOT EXISTS (
                   SELECT FROM engine.check_result later
                   WHERE later.materialization_id = m.id AND later.name = c.name AND later.id > c.id)) AS "failedChecks"
    FROM unnest(${keys as string[]}::text[]) AS k(key)
    CROSS JOIN LATERAL (
      SELECT * FROM engine.materialization WHERE asset_key = k.key ORDER BY id DESC LIMIT 1
    ) m
    LEFT JOIN engine.asset_table t ON t.asset_key = k.key
    WHERE m.id > coalesce(t.lost_until, 0)`;
  return new Map(rows.map((row) => [row.key, row]));
}

/** Why tables were replaced, by key of the assets that were not made since; usually empty. */
export async function replacedTables(sql: Sql, keys: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql<{ key: string; because: string }[]>`
    SELECT t.asset_key AS key, t.lost_because AS because FROM engine.asset_table t
    WHERE t.lost_until > 0 AND t.asset_key = ANY(${keys as string[]}) AND NOT EXISTS (
      SELECT FROM engine.materialization m WHERE m.asset_key = t.asset_key AND m.id > t.lost_until)`;
  return new Map(rows.map(({ key, because }) => [key, because]));
}

/** The latest rejected attempt of each producer, regardless of later events. */
export async function rejectedAttempts(sql: Sql): Promise<Map<string, RejectedAttempt>> {
  const rows = await sql<(Omit<RejectedAttempt, keyof Reading> & { reading: Reading })[]>`
    SELECT a.step_key AS key, a.run_id AS "runId", s.reading, a.checks, a.rejected_at AS "rejectedAt"
    FROM engine.rejected_attempt a JOIN engine.step s ON s.run_id = a.run_id AND s.key = a.step_key`;
  return new Map(rows.map(({ reading, ...row }) => [row.key, { ...reading, ...row }]));
}

/** The last step of an asset's function. */
export const LastStep = named(
  "LastStep",
  z.strictObject({
    runId: z.int(),
    status: z.enum(["running", "interrupted", "succeeded", "failed"]),
    error: StepError.nullable(),
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
  }),
);
export type LastStep = z.infer<typeof LastStep>;

/** The running step of each producer, or else its last interrupted or finished one. */
export async function lastSteps(sql: Sql, keys: readonly string[]): Promise<Map<string, LastStep>> {
  const rows = await sql<(LastStep & { key: string })[]>`
    SELECT s.key, s.run_id AS "runId", s.status, s.error, s.started_at AS "startedAt", s.finished_at AS "finishedAt"
    FROM unnest(${keys as string[]}::text[]) AS k(key)
    CROSS JOIN LATERAL (
      SELECT * FROM engine.step WHERE key = k.key AND status IN ('running', 'interrupted', 'succeeded', 'failed')
      ORDER BY (status = 'running') DESC, run_id DESC LIMIT 1
    ) s`;
  return new Map(rows.map(({ key, ...step }) => [key, step]));
}
