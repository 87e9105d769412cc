import type postgres from "postgres";
import { backfillPriority } from "../run/run_queue.ts";
import type { Database, Sql } from "../../resources/database/database.ts";
import type {
  BackfillAssetState,
  BackfillPlan,
  BackfillProgress,
  BackfillRun,
  BackfillStatus,
  BackfillSummary,
} from "../store/backfill_records.ts";
import { IdempotencyConflictError, UnknownBackfillError } from "../errors.ts";
import type { Ledger } from "../store/ledger.ts";
import { isAlive } from "../store/run_ledger.ts";
import type { Plan } from "../store/run_plan.ts";
import type { Rectangle } from "../partitions/mod.ts";
import type { RunStatus, StepError, StepStatus } from "../store/records.ts";
import type { SomePartitions } from "../store/reasons.ts";
import { json } from "../store/driver_values.ts";

/** A backfill as stored. */
export interface StoredBackfill extends BackfillSummary {
  plan: BackfillPlan;
  /** Target partitions by asset. */
  partitions: Readonly<Record<string, readonly Rectangle[]>>;
  outcome: readonly BackfillAssetState[] | null;
  acknowledgedRun: number;
  retriedRun: number;
  processId: number | null;
}

/** A step of one of a backfill's runs, with its target partitions. */
export interface BackfillStep {
  runId: number;
  runStatus: RunStatus;
  key: string;
  status: StepStatus;
  error: StepError | null;
  /** The partitions given to its run; `null` for an unpartitioned asset. */
  given: readonly Rectangle[] | null;
  done: SomePartitions | null;
  failed: SomePartitions | null;
}

/** The engine's table of backfills; its only writer. */
export class BackfillLedger {
  readonly #sql: postgres.Sql;

  constructor(database: Database, private readonly ledger: Ledger) {
    this.#sql = database.sql;
  }

  /** Stores a backfill in state `running`. A repeated idempotency key returns the earlier backfill. */
  async create(
    { trigger, plan, partitions, progress, idempotency }: {
      trigger: string;
      plan: BackfillPlan;
      partitions: Readonly<Record<string, readonly Rectangle[]>>;
      progress: BackfillProgress;
      idempotency?: { key: string; requestHash: string };
    },
  ): Promise<{ id: number; created: boolean }> {
    const [created] = await this.#sql<{ id: number }[]>`
      INSERT INTO engine.backfill (trigger, selection, range, force, plan, partitions, progress, idempotency_key, request_hash)
      VALUES (${trigger}, ${plan.selection}, ${json(this.#sql, plan.range)}, ${plan.force}, ${json(this.#sql, plan)},
              ${json(this.#sql, partitions)}, ${json(this.#sql, progress)}, ${idempotency?.key ?? null},
              ${idempotency?.requestHash ?? null})
      ON CONFLICT (idempotency_key) DO NOTHING RETURNING id`;
    if (created) return { id: created.id, created: true };
    return { id: (await this.ofIdempotencyKey(idempotency!))!, created: false };
  }

  /** The backfill of an idempotency key. @throws {IdempotencyConflictError} If it belongs to another request. */
  async ofIdempotencyKey({ key, requestHash }: { key: string; requestHash: string }): Promise<number | undefined> {
    const [before] = await this.#sql<{ id: number; hash: string }[]>`
      SELECT id, request_hash AS hash FROM engine.backfill WHERE idempotency_key = ${key}`;
    if (before && before.hash !== requestHash) throw new IdempotencyConflictError(key, before.id, "backfill");
    return before?.id;
  }

  /** @throws {UnknownBackfillError} */
  async read(id: number): Promise<StoredBackfill> {
    const [row] = await this.#sql<StoredBackfill[]>`
      SELECT ${this.#summaryColumns()}, plan, partitions, outcome, acknowledged_run AS "acknowledgedRun",
             retried_run AS "retriedRun", process_id AS "processId"
      FROM engine.backfill WHERE id = ${id}`;
    if (!row) throw new UnknownBackfillError(id);
    return row;
  }

  /** Newest first, before id `before` if given. */
  async list({ limit, before }: { limit: number; before?: number }): Promise<BackfillSummary[]> {
    return Array.from(
      await this.#sql<BackfillSummary[]>`
      SELECT ${this.#summaryColumns()} FROM engine.backfill
      WHERE ${before === undefined ? this.#sql`true` : this.#sql`id < ${before}`} ORDER BY id DESC LIMIT ${limit}`,
    );
  }

  #summaryColumns() {
    return this.#sql`
      id, trigger, selection, range, force, status, reason, progress, created_at AS "createdAt",
      finished_at AS "finishedAt"`;
  }

  // ---- drivers ----------------------------------------------------------------------------------------------------

  /** Ids of running backfills without a live process, and of those recorded for this process. */
  async unattended(processId: number): Promise<number[]> {
    const rows = await this.#sql<{ id: number }[]>`
      SELECT b.id FROM engine.backfill b LEFT JOIN engine.process p ON p.id = b.process_id
      WHERE b.status = 'running' AND (b.process_id IS NULL OR b.process_id = ${processId} OR p.ended_at IS NOT NULL) ORDER BY b.id`;
    return rows.map((row) => row.id);
  }

  /**
   * Claims a running backfill for this process. False if another process drives it, if it is not running, or if this process is
   * recorded as ended.
   */
  async claim(id: number, processId: number): Promise<boolean> {
    const rows = await this.#sql`
      UPDATE engine.backfill b SET process_id = ${processId}
      WHERE b.id = ${id} AND b.status = 'running' AND ${isAlive(this.#sql, processId)} AND (
        b.process_id IS NULL OR b.process_id = ${processId}
        OR EXISTS (SELECT FROM engine.process p WHERE p.id = b.process_id AND p.ended_at IS NOT NULL))
      RETURNING b.id`;
    return rows.length > 0;
  }

  /** Releases a backfill. False if it is running: then its holder must continue to drive it. */
  async release(id: number, processId: number): Promise<boolean> {
    const [held] = await this.#sql<{ id: number }[]>`
      SELECT id FROM engine.backfill WHERE id = ${id} AND process_id = ${processId}`;
    if (!held) return true;
    const rows = await this.#sql`
      UPDATE engine.backfill SET process_id = NULL
      WHERE id = ${id} AND process_id = ${processId} AND status <> 'running' RETURNING id`;
    return rows.length > 0;
  }

  // ---- progress ---------------------------------------------------------------------------------------------------

  /** Moves a backfill from one of several states to another. False if it is in none of them. */
  async move(
    id: number,
    { from, to, reason = null, outcome, progress, retried = false, acknowledged = false, by }: {
      from: readonly BackfillStatus[];
      to: BackfillStatus;
      reason?: string | null;
      outcome?: readonly BackfillAssetState[];
      progress?: BackfillProgress;
      /** Whether to retry earlier failures. */
      retried?: boolean;
      /** Whether an operator has acknowledged the cause of its pause. */
      acknowledged?: boolean;
      /** Only while this process drives it. */
      by?: number;
    },
  ): Promise<boolean> {
    const over = to !== "running" && to !== "paused";
    const rows = await this.#sql`
      UPDATE engine.backfill b
      SET status = ${to}, reason = ${reason}, outcome = ${outcome ? json(this.#sql, outcome) : null},
          progress = ${progress ? json(this.#sql, progress) : this.#sql`progress`},
          finished_at = CASE WHEN ${over} THEN clock_timestamp() END,
          acknowledged_run = CASE WHEN ${acknowledged} THEN ${this.#lastRun()} ELSE acknowledged_run END,
          retried_run = CASE WHEN ${retried} THEN ${this.#lastRun()} ELSE retried_run END
      WHERE b.id = ${id} AND b.status = ANY(${from as string[]})
        AND ${by === undefined ? this.#sql`true` : this.#sql`b.process_id = ${by}`}
      RETURNING b.id`;
    return rows.length > 0;
  }

  #lastRun() {
    return this.#sql`coalesce((SELECT max(r.id) FROM engine.run r WHERE r.backfill_id = b.id), 0)`;
  }

  /** Stores the target partitions and the progress of a backfill. */
  async note(
    id: number,
    { partitions, progress }: {
      partitions: Readonly<Record<string, readonly Rectangle[]>>;
      progress: BackfillProgress;
    },
  ): Promise<void> {
    await this.#sql`
      UPDATE engine.backfill SET partitions = ${json(this.#sql, partitions)}, progress = ${
      json(this.#sql, progress)
    } WHERE id = ${id}`;
  }

  /** Queues a backfill's next run; `undefined` if it is no longer running, or driven by another process. */
  async queueRun(id: number, processId: number, plan: Plan): Promise<number | undefined> {
    return await this.#sql.begin(async (tx) => {
      const [held] = await tx`
        SELECT id FROM engine.backfill WHERE id = ${id} AND status = 'running' AND process_id = ${processId} FOR UPDATE`;
      if (!held) return undefined;
      const run = { trigger: `backfill:${id}`, plan, config: {}, priority: backfillPriority };
      const { runId } = await this.ledger.runs.create(run, tx);
      await tx`UPDATE engine.run SET backfill_id = ${id} WHERE id = ${runId}`;
      return runId;
    });
  }

  /** The unfinished run of a backfill; there is at most one. */
  async openRun(id: number, tx: Sql = this.#sql): Promise<number | undefined> {
    const [run] = await tx<{ id: number }[]>`
      SELECT id FROM engine.run WHERE backfill_id = ${id} AND status IN ('queued', 'running', 'interrupted')
      ORDER BY id LIMIT 1`;
    return run?.id;
  }

  /** Steps of all its runs, oldest first. */
  async steps(id: number): Promise<BackfillStep[]> {
    return Array.from(
      await this.#sql<BackfillStep[]>`
      SELECT s.run_id AS "runId", r.status AS "runStatus", s.key, s.status, s.error, r.range->'partitions'->s.key AS given,
             engine.with_names(s.key, s.done) AS done, engine.with_names(s.key, s.failed) AS failed
      FROM engine.run r JOIN engine.step s ON s.run_id = r.id
      WHERE r.backfill_id = ${id} ORDER BY r.id, s.ordinal`,
    );
  }

  /** Its last runs, newest first, and their total number. */
  async runs(id: number, limit: number): Promise<{ runs: BackfillRun[]; count: number }> {
    const rows = await this.#sql<(BackfillRun & { count: number })[]>`
      SELECT r.id, r.status, r.selection, r.started_at AS "startedAt", r.finished_at AS "finishedAt",
             s.partitions, s.done, s.failed, s.error, (count(*) OVER ())::integer AS count
      FROM engine.run r LEFT JOIN LATERAL (
        SELECT sum((partitions->>'count')::integer)::integer AS partitions, sum((done->>'count')::integer)::integer AS done,
               sum((failed->>'count')::integer)::integer AS failed,
               string_agg(error->>'message', ' ' ORDER BY ordinal) AS error
        FROM engine.step WHERE run_id = r.id
      ) s ON true
      WHERE r.backfill_id = ${id} ORDER BY r.id DESC LIMIT ${limit}`;
    return { runs: rows.map(({ count: _, ...run }) => run), count: rows[0]?.count ?? 0 };
  }
}
