import type { Sql } from "../../resources/database/database.ts";

/** Total duration of the last steps of a producer, and their output. */
export interface StepHistory {
  seconds: number;
  parts: number;
  /** A step of an unpartitioned asset counts as one. */
  partitions: number;
}

/** Durations of the last 20 steps with output of each of some producers; only those of a backfill, if given. */
export async function stepDurations(
  sql: Sql,
  keys: readonly string[],
  backfillId?: number,
): Promise<Map<string, StepHistory>> {
  if (keys.length === 0) return new Map();
  const rows = await sql<(StepHistory & { key: string })[]>`
    SELECT k.key, sum(s.seconds)::float8 AS seconds, sum(s.parts)::integer AS parts, sum(s.partitions)::integer AS partitions
    FROM unnest(${keys as string[]}::text[]) AS k(key)
    CROSS JOIN LATERAL (
      SELECT extract(epoch FROM s.finished_at - s.started_at) AS seconds,
             coalesce((s.done->>'count')::integer, 1) AS partitions,
             (SELECT count(*) FROM engine.materialization m WHERE m.run_id = s.run_id AND m.asset_key = s.key) AS parts
      FROM engine.step s ${backfillId === undefined ? sql`` : sql`JOIN engine.run r ON r.id = s.run_id`}
      WHERE s.key = k.key AND s.finished_at IS NOT NULL
        AND (s.status = 'succeeded' OR (s.status = 'failed' AND s.done IS NOT NULL))
        AND ${backfillId === undefined ? sql`true` : sql`r.backfill_id = ${backfillId}`}
      ORDER BY s.run_id DESC LIMIT 20
    ) s
    GROUP BY k.key`;
  return new Map(rows.map(({ key, ...history }) => [key, history]));
}
