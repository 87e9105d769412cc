import { z } from "zod";
import type { Database, Sql } from "../../resources/database/database.ts";
import { EvaluationNode } from "../declare/automation_condition.ts";
import type { AssetGraph } from "../declare/graph.ts";
import { instant, named } from "../record_schema.ts";
import { SomePartitions } from "../store/reasons.ts";
import type { Evaluation } from "./evaluation.ts";

/** Number of evaluations kept for each asset. */
const keptEvaluations = 50;

/** A recorded evaluation of an asset's condition. */
export const RecordedEvaluation = z.strictObject({
  id: z.int(),
  evaluatedAt: instant,
  paused: z.boolean(),
  tree: EvaluationNode,
  requested: SomePartitions.nullable(),
  runId: z.int().nullable(),
});
export type RecordedEvaluation = z.infer<typeof RecordedEvaluation>;

/** The condition of an asset, whether it is paused, and its last evaluations. */
export const AutomationState = named(
  "Automation",
  z.strictObject({
    key: z.string(),
    /** The condition as declared; `null` for none. */
    condition: z.string().nullable(),
    meaning: z.string().nullable(),
    pausedAt: instant.nullable(),
    /** Newest first. An evaluation equal to the previous one is not recorded. */
    evaluations: z.array(RecordedEvaluation),
  }),
);
export type AutomationState = z.infer<typeof AutomationState>;

/** The engine's tables of automation. */
export class AutomationRecord {
  constructor(private readonly database: Database, private readonly graph: AssetGraph) {}

  /** The automation of an asset. @throws {UnknownAssetError} */
  async state(key: string, { limit = 10 }: { limit?: number } = {}): Promise<AutomationState> {
    const producer = this.graph.producerOf(key);
    const { sql } = this.database;
    const [paused, evaluations] = await Promise.all([
      sql<{ at: string }[]>`SELECT paused_at AS at FROM engine.automation_pause WHERE asset_key = ${producer.key}`,
      sql<RecordedEvaluation[]>`
        SELECT id, evaluated_at AS "evaluatedAt", paused, tree, requested, run_id AS "runId"
        FROM engine.automation_evaluation WHERE asset_key = ${producer.key} ORDER BY id DESC LIMIT ${limit}`,
    ]);
    const { automation } = producer.recipe;
    return {
      key: producer.key,
      condition: automation?.text ?? null,
      meaning: automation ? `Makes partitions that ${automation.meaning}.` : null,
      pausedAt: paused[0]?.at ?? null,
      evaluations: Array.from(evaluations),
    };
  }

  /**
   * Pauses the automation of an asset: its condition is still evaluated, but starts no runs. Idempotent.
   *
   * @throws {UnknownAssetError}
   */
  async pause(key: string): Promise<void> {
    await this.database.sql`
      INSERT INTO engine.automation_pause (asset_key) VALUES (${
      this.graph.producerOf(key).key
    }) ON CONFLICT DO NOTHING`;
  }

  /** Resumes the automation of an asset. @throws {UnknownAssetError} */
  async resume(key: string): Promise<void> {
    await this.database.sql`DELETE FROM engine.automation_pause WHERE asset_key = ${this.graph.producerOf(key).key}`;
  }

  /** Keys of paused assets that have been materialized. */
  async held(): Promise<Set<string>> {
    const rows = await this.database.sql<{ key: string }[]>`
      SELECT asset_key AS key FROM engine.automation_pause p
      WHERE EXISTS (SELECT FROM engine.materialization m WHERE m.asset_key = p.asset_key)`;
    return new Set(rows.map(({ key }) => key));
  }

  /** Evaluations that differ from the last recorded one of their asset. */
  async news(evaluations: readonly Evaluation[]): Promise<Evaluation[]> {
    const keys = evaluations.map(({ key }) => key);
    const rows = await this.database.sql<{ key: string; fingerprint: string }[]>`
      SELECT k.key, e.fingerprint FROM unnest(${keys}::text[]) AS k(key)
      CROSS JOIN LATERAL (
        SELECT fingerprint FROM engine.automation_evaluation WHERE asset_key = k.key ORDER BY id DESC LIMIT 1
      ) e`;
    const last = new Map(rows.map(({ key, fingerprint }) => [key, fingerprint]));
    return evaluations.filter(({ key, fingerprint }) => last.get(key) !== fingerprint);
  }

  /** Stores evaluations, and deletes the oldest ones of their assets. */
  async store(
    tx: Sql,
    evaluations: readonly Evaluation[],
    { at, runId }: { at: Temporal.Instant; runId: number | null },
  ): Promise<void> {
    if (evaluations.length === 0) return;
    const rows = JSON.parse(JSON.stringify(evaluations));
    await tx`
      INSERT INTO engine.automation_evaluation (asset_key, evaluated_at, paused, tree, requested, run_id, fingerprint)
      SELECT e.key, ${at.toString()}, e.paused, e.tree, nullif(e.requested, 'null'::jsonb),
             CASE WHEN nullif(e.requested, 'null'::jsonb) IS NULL THEN NULL ELSE ${runId}::bigint END, e.fingerprint
      FROM jsonb_to_recordset(${tx.json(rows)}) AS e(
        key text, paused boolean, tree jsonb, requested jsonb, fingerprint text)`;
    await tx`
      DELETE FROM engine.automation_evaluation WHERE id IN (
        SELECT id FROM (
          SELECT id, row_number() OVER (PARTITION BY asset_key ORDER BY id DESC) AS age
          FROM engine.automation_evaluation WHERE asset_key = ANY(${evaluations.map(({ key }) => key)})
        ) aged WHERE age > ${keptEvaluations})`;
  }
}
