import type { Sql } from "../../resources/database/database.ts";
import type { RunStatus, StepError, StepStatus } from "./records.ts";
import type { Reason, SomePartitions } from "./reasons.ts";

/** A step in the history of its asset. */
export interface PastStep {
  runId: number;
  /** Trigger of the run. */
  trigger: string;
  runStatus: RunStatus;
  status: StepStatus;
  attempt: number;
  /** When the run was requested. */
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  reasons: Reason[];
  error: StepError | null;
  partitions: SomePartitions | null;
}

/**
 * The steps of a function in all runs, newest first.
 *
 * @param key Key of the asset with the function: a further output has no steps of its own.
 * @param query `before`: only steps of runs before this one.
 */
export async function stepHistory(
  sql: Sql,
  key: string,
  { limit, before }: { limit: number; before?: number },
): Promise<PastStep[]> {
  const rows = await sql<PastStep[]>`
    SELECT s.run_id AS "runId", r.trigger, r.status AS "runStatus", s.status, s.attempt, r.created_at AS "createdAt",
           s.started_at AS "startedAt", s.finished_at AS "finishedAt", s.reasons, s.error,
           engine.with_names(s.key, s.partitions) AS partitions
    FROM engine.step s JOIN engine.run r ON r.id = s.run_id
    WHERE s.key = ${key} AND ${before === undefined ? sql`true` : sql`s.run_id < ${before}`}
    ORDER BY s.run_id DESC LIMIT ${limit}`;
  return Array.from(rows);
}
