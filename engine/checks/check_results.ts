import { z } from "zod";
import type { Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { severities } from "../declare/check.ts";
import type { AssetGraph } from "../declare/graph.ts";
import { named } from "../record_schema.ts";
import { CheckResult } from "../store/records.ts";

/** One result of a check. */
export const CheckRecord = named(
  "Check",
  z.strictObject({
    id: z.int(),
    runId: z.int().nullable().describe("null where the check was run alone"),
    materialization: z.int().nullable().describe(
      "The checked version; null if a blocking check prevented the publication",
    ),
    ...CheckResult.shape,
  }),
);
export type CheckRecord = z.infer<typeof CheckRecord>;

/** A declared check with its last result. */
export const CheckState = named(
  "CheckState",
  z.strictObject({
    name: z.string(),
    description: z.string(),
    severity: z.enum(severities),
    blocking: z.boolean(),
    /** Its last result, of published and of rejected rows; `null` if it never ran. */
    last: CheckRecord.nullable(),
  }),
);
export type CheckState = z.infer<typeof CheckState>;

/** Which results of an asset's checks to list. */
export interface CheckResultQuery {
  limit: number;
  /** Only those before this id. */
  before?: number;
  /** Only those of this check. */
  name?: string;
}

/** The checks that an asset declares, each with its last result. @throws {UnknownAssetError} */
export async function checkStates(sql: Sql, graph: AssetGraph, key: string): Promise<CheckState[]> {
  const asset: AnyAsset = graph.asset(key);
  const names = asset.checks.map(({ name }) => name);
  const rows = await sql<CheckRecord[]>`
    SELECT ${columns(sql)} FROM unnest(${names}::text[]) AS n(wanted)
    CROSS JOIN LATERAL (
      SELECT * FROM engine.check_result WHERE asset_key = ${key} AND name = n.wanted ORDER BY id DESC LIMIT 1
    ) c`;
  const last = new Map(rows.map((row) => [row.name, row]));
  return asset.checks.map(({ name, description, severity, blocking }) => ({
    name,
    description,
    severity,
    blocking,
    last: last.get(name) ?? null,
  }));
}

/** Results of an asset's checks, newest first, including checks that are no longer declared. */
export async function checkResults(
  sql: Sql,
  key: string,
  { limit, before, name }: CheckResultQuery,
): Promise<CheckRecord[]> {
  return Array.from(
    await sql<CheckRecord[]>`
      SELECT ${columns(sql)} FROM engine.check_result c
      WHERE asset_key = ${key} AND ${before === undefined ? sql`true` : sql`id < ${before}`}
        AND ${name === undefined ? sql`true` : sql`name = ${name}`}
      ORDER BY id DESC LIMIT ${limit}`,
  );
}

/** Results by id, in the order of recording. */
export async function resultsOf(sql: Sql, ids: readonly number[]): Promise<CheckRecord[]> {
  return Array.from(
    await sql<CheckRecord[]>`
      SELECT ${columns(sql)} FROM engine.check_result c WHERE id = ANY(${ids as number[]}::bigint[]) ORDER BY id`,
  );
}

function columns(sql: Sql) {
  return sql`
    c.id, c.run_id AS "runId", c.materialization_id AS materialization, c.name, c.severity, c.passed, c.message,
    c.failing_rows AS "failingRows", c.checked_at AS "checkedAt"`;
}
