import type postgres from "postgres";
import type { Database, Sql } from "../../resources/database/database.ts";
import type { PartitionRange } from "../partitions/partition_range.ts";
import { IdempotencyConflictError, UnknownRunError } from "../errors.ts";
import type { EventLog } from "./event_log.ts";
import { json, plain } from "./driver_values.ts";
import type { Run, RunStatus, RunStep, RunSummary } from "./records.ts";
import type { Plan } from "./run_plan.ts";
import { runCondition, type RunFilter } from "./run_filter.ts";
import { interruptSteps } from "./step_ledger.ts";

/** A run to be queued. */
export interface NewRun {
  trigger: string;
  plan: Plan;
  config: Readonly<Record<string, unknown>>;
  idempotency?: { key: string; requestHash: string };
  /** Higher goes first; 0 by default. */
  priority?: number;
  /** The run whose failed steps this one retries. */
  retryOf?: number;
}

/** A run as stored; `waitingFor` is determined on request. */
export type StoredRun = Omit<Run, "waitingFor">;
export type StoredRunSummary = Omit<RunSummary, "waitingFor">;

/** Data of a claimed run for its process. */
export interface ClaimedRun {
  config: Record<string, unknown>;
  force: boolean;
  range: PartitionRange | null;
  priority: number;
  /** Whether its cancellation has been requested. */
  cancelRequested: boolean;
  /** Whether a process has left it unfinished. */
  resumed: boolean;
}

/** Runs (engine.run), and queueing, cancelling and handing back their steps. */
export class RunLedger {
  readonly #sql: postgres.Sql;

  constructor(database: Database, private readonly events: EventLog) {
    this.#sql = database.sql;
  }

  /** Queues a run with its steps. A repeated idempotency key returns the earlier run. */
  async create(run: NewRun, tx?: Sql): Promise<{ runId: number; created: boolean }> {
    if (!tx) return await this.#sql.begin((tx) => this.create(run, tx));
    const { plan, idempotency } = run;
    const [created] = await tx<{ id: number }[]>`
      INSERT INTO engine.run
        (trigger, selection, force, config, range, status, idempotency_key, request_hash, priority, retry_of)
      VALUES (${run.trigger}, ${plan.selection}, ${plan.force}, ${json(this.#sql, run.config)},
              ${plan.range && json(this.#sql, plan.range)}, 'queued', ${idempotency?.key ?? null},
              ${idempotency?.requestHash ?? null}, ${run.priority ?? 0}, ${run.retryOf ?? null})
      ON CONFLICT (idempotency_key) DO NOTHING RETURNING id`;
    if (!created) {
      const [before] = await tx<{ id: number; request_hash: string }[]>`
        SELECT id, request_hash FROM engine.run WHERE idempotency_key = ${idempotency!.key}`;
      if (before!.request_hash !== idempotency!.requestHash) {
        throw new IdempotencyConflictError(idempotency!.key, before!.id);
      }
      return { runId: before!.id, created: false };
    }
    const steps = plan.steps.map((step, ordinal) => ({
      key: step.key,
      ordinal,
      after: step.after,
      reasons: step.reasons,
    }));
    await tx`
      INSERT INTO engine.step (run_id, key, ordinal, after, reasons)
      SELECT ${created.id}, s.key, s.ordinal, s.after, s.reasons
      FROM jsonb_to_recordset(${json(this.#sql, steps)}) AS s(key text, ordinal integer, after text[], reasons jsonb)`;
    // Blocked steps are part of the run, so that an incomplete run does not end as a success.
    for (const [i, { key, because, blockedBy, run: rejectedIn }] of plan.blocked.entries()) {
      const reasons = [{ kind: "blocked", message: `waits because ${because}`, upstream: blockedBy, run: rejectedIn }];
      await tx`
        INSERT INTO engine.step (run_id, key, ordinal, after, reasons, status, skipped_because)
        VALUES (${created.id}, ${key}, ${steps.length + i}, '{}', ${
        json(this.#sql, reasons)
      }, 'skipped', ${blockedBy})`;
    }
    await this.events.append(tx, created.id, "run_queued", null, {
      selection: plan.selection,
      steps: steps.map((s) => s.key),
      ...(plan.blocked.length > 0 && { blocked: plan.blocked }),
    });
    return { runId: created.id, created: true };
  }

  /** The run stored for an idempotency key, if any. */
  async ofIdempotencyKey(key: string): Promise<{ runId: number; requestHash: string } | undefined> {
    const [row] = await this.#sql<{ runId: number; requestHash: string }[]>`
      SELECT id AS "runId", request_hash AS "requestHash" FROM engine.run WHERE idempotency_key = ${key}`;
    return row;
  }

  /**
   * Claims a queued or interrupted run for this process. `undefined` if another process was first, or if this one is recorded as
   * ended.
   */
  async claim(runId: number, processId: number): Promise<ClaimedRun | undefined> {
    return await this.#sql.begin(async (tx) => {
      const [run] = await tx<ClaimedRun[]>`
        UPDATE engine.run SET status = 'running', process_id = ${processId}, started_at = coalesce(started_at, clock_timestamp())
        WHERE id = (SELECT id FROM engine.run WHERE id = ${runId} AND status IN ('queued', 'interrupted') FOR UPDATE SKIP LOCKED)
          AND ${isAlive(tx, processId)}
        RETURNING config, force, range, priority, cancel_requested_at IS NOT NULL AS "cancelRequested",
                  last_event > 1 AS resumed`;
      if (!run) return undefined;
      await this.events.append(tx, runId, run.resumed ? "run_resumed" : "run_started", null, {});
      return run;
    });
  }

  /** Ids of runs without a process, in queue order: by priority, then older first. */
  async open(
    { limit, except = [], among }: { limit?: number; except?: readonly number[]; among?: readonly number[] } = {},
  ): Promise<number[]> {
    const rows = await this.#sql<{ id: number }[]>`
      SELECT id FROM engine.run
      WHERE status IN ('queued', 'interrupted') AND id <> ALL(${except as number[]}::bigint[])
        AND ${among === undefined ? this.#sql`true` : this.#sql`id = ANY(${among as number[]}::bigint[])`}
      ORDER BY priority DESC, id LIMIT ${limit ?? null}`;
    return rows.map((r) => r.id);
  }

  /** Options of a run besides its selection. @throws {UnknownRunError} */
  async settings(runId: number): Promise<{ config: Record<string, unknown>; priority: number }> {
    const [run] = await this.#sql<{ config: Record<string, unknown>; priority: number }[]>`
      SELECT config, priority FROM engine.run WHERE id = ${runId}`;
    if (!run) throw new UnknownRunError(runId);
    return run;
  }

  /** Ids of this process's runs whose cancellation was requested. */
  async cancelRequests(processId: number): Promise<number[]> {
    const rows = await this.#sql<{ id: number }[]>`
      SELECT id FROM engine.run WHERE status = 'running' AND process_id = ${processId} AND cancel_requested_at IS NOT NULL`;
    return rows.map((r) => r.id);
  }

  /** Requests cancellation of a run. A run without a live process is cancelled at once. */
  async requestCancel(runId: number): Promise<void> {
    await this.#sql.begin(async (tx) => {
      const [run] = await tx<{ status: RunStatus; requested: boolean; driven: boolean }[]>`
        SELECT r.status, r.cancel_requested_at IS NOT NULL AS requested,
               r.status = 'running' AND EXISTS (
                 SELECT FROM engine.process p WHERE p.id = r.process_id AND p.ended_at IS NULL) AS driven
        FROM engine.run r WHERE r.id = ${runId} FOR UPDATE OF r`;
      if (!run) throw new UnknownRunError(runId);
      if (!["queued", "running", "interrupted"].includes(run.status)) return;
      if (!run.requested) {
        await tx`UPDATE engine.run SET cancel_requested_at = clock_timestamp() WHERE id = ${runId}`;
        await this.events.append(tx, runId, "run_cancel_requested", null, {});
      }
      if (!run.driven) await cancelRun(tx, runId);
    });
  }

  /** Ends a run driven by this process. Steps that never started are cancelled with it. */
  async finish(runId: number, processId: number): Promise<RunStatus | undefined> {
    return await this.#sql.begin(async (tx) => {
      const [run] = await tx<{ cancelled: boolean }[]>`
        SELECT cancel_requested_at IS NOT NULL AS cancelled FROM engine.run
        WHERE id = ${runId} AND status = 'running' AND process_id = ${processId} FOR UPDATE`;
      if (!run) return undefined;
      const [steps] = await tx<{ failed: boolean; cancelled: boolean }[]>`
        WITH ended AS (
          UPDATE engine.step SET status = 'cancelled', finished_at = clock_timestamp()
          WHERE run_id = ${runId} AND status IN ('pending', 'interrupted', 'running') RETURNING key
        )
        SELECT coalesce(bool_or(status IN ('failed', 'skipped')), false) AS failed,
               EXISTS (SELECT FROM ended) OR coalesce(bool_or(status = 'cancelled'), false) AS cancelled
        FROM engine.step WHERE run_id = ${runId}`;
      const status = steps!.cancelled ? "cancelled" : steps!.failed ? "failed" : "succeeded";
      await finish(tx, runId, status);
      return status;
    });
  }

  /** Hands back a run that this process will not finish; a cancelled one ends. False if this process no longer drives it. */
  async handBack(runId: number, processId: number): Promise<boolean> {
    return await this.#sql.begin(async (tx) => {
      const [run] = await tx`
        SELECT id FROM engine.run WHERE id = ${runId} AND status = 'running' AND process_id = ${processId} FOR UPDATE`;
      if (run) await releaseRun(tx, runId);
      return run !== undefined;
    });
  }

  /**
   * Hands back runs recorded for this process that it does not drive: a claim may have been committed although its answer was lost
   * with the connection.
   *
   * @param drives Called after the record was read: runs claimed in between are driven.
   */
  async handBackStrays(processId: number, drives: (runId: number) => boolean): Promise<void> {
    const running = await this.#sql<{ id: number }[]>`
      SELECT id FROM engine.run WHERE status = 'running' AND process_id = ${processId}`;
    for (const { id } of running) if (!drives(id)) await this.handBack(id, processId);
  }

  async get(runId: number): Promise<StoredRun> {
    const [run] = await this.#sql<
      Omit<StoredRun, "steps">[]
    >`SELECT ${this.#columns()} FROM engine.run r WHERE id = ${runId}`;
    if (!run) throw new UnknownRunError(runId);
    return { ...run, steps: await this.steps(runId) };
  }

  async steps(runId: number): Promise<RunStep[]> {
    return plain(
      await this.#sql<RunStep[]>`
      SELECT key, status, after, reasons, attempt, started_at AS "startedAt", finished_at AS "finishedAt",
             skipped_because AS "skippedBecause", error, engine.with_names(key, partitions) AS partitions,
             engine.with_names(key, done) AS done, engine.with_names(key, failed) AS failed
      FROM engine.step WHERE run_id = ${runId} ORDER BY ordinal`,
    );
  }

  /** Newest first, before id `before` if given. */
  async list(
    { limit, before, ...filter }: { limit: number; before?: number } & RunFilter,
  ): Promise<StoredRunSummary[]> {
    return plain(
      await this.#sql<StoredRunSummary[]>`
      SELECT ${this.#columns()}, coalesce((
        SELECT jsonb_object_agg(status, n) FROM (
          SELECT status, count(*)::integer AS n FROM engine.step WHERE run_id = r.id GROUP BY status) s), '{}') AS "stepCounts"
      FROM engine.run r
      WHERE ${before === undefined ? this.#sql`true` : this.#sql`id < ${before}`}
        AND ${runCondition(this.#sql, filter)}
      ORDER BY id DESC LIMIT ${limit}`,
    );
  }

  #columns() {
    return this.#sql`
      id, trigger, selection, force, range, priority, retry_of AS "retryOf", status, created_at AS "createdAt",
      started_at AS "startedAt", finished_at AS "finishedAt", cancel_requested_at AS "cancelRequestedAt"`;
  }
}

/**
 * The condition that a process is not recorded as ended, for a statement that claims something for it. Its row is locked for share
 * until the commit: recording its end waits for that, and then finds the claim.
 */
export function isAlive(sql: Sql, processId: number) {
  return sql`(SELECT p.id FROM engine.process p WHERE p.id = ${processId} AND p.ended_at IS NULL FOR SHARE) IS NOT NULL`;
}

/** Takes a run from its process, so that another one continues it; a cancelled one ends. */
export async function releaseRun(tx: Sql, runId: number): Promise<void> {
  const [run] = await tx<{ cancelled: boolean }[]>`
    SELECT cancel_requested_at IS NOT NULL AS cancelled FROM engine.run WHERE id = ${runId}`;
  if (run!.cancelled) return await cancelRun(tx, runId);
  await tx`UPDATE engine.run SET status = 'interrupted', process_id = NULL WHERE id = ${runId}`;
  await interruptSteps(tx, runId);
  await tx`SELECT engine.append_event(${runId}, 'run_interrupted', NULL, '{}')`;
}

async function cancelRun(tx: Sql, runId: number): Promise<void> {
  await tx`
    UPDATE engine.step
    SET status = 'cancelled', finished_at = CASE WHEN status = 'running' THEN clock_timestamp() ELSE finished_at END
    WHERE run_id = ${runId} AND status IN ('pending', 'interrupted', 'running')`;
  await finish(tx, runId, "cancelled");
}

async function finish(tx: Sql, runId: number, status: RunStatus): Promise<void> {
  await tx`UPDATE engine.run SET status = ${status}, finished_at = clock_timestamp() WHERE id = ${runId}`;
  await tx`SELECT engine.append_event(${runId}, 'run_finished', NULL, ${tx.json({ status })})`;
}
