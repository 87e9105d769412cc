import type postgres from "postgres";
import type {
  CheckResult,
  EventKind,
  Materialization,
  Reading,
  Run,
  RunEvent,
  RunStatus,
  RunStep,
  RunSummary,
  StepError,
} from "./records.ts";
import type { Database, Sql } from "../../resources/database/database.ts";
import type { PartitionRange } from "../partitions/partition_range.ts";
import { IdempotencyConflictError, UnknownRunError } from "../errors.ts";
import type { Severity } from "../declare/check.ts";
import type { MetadataValue } from "../declare/metadata.ts";
import type { Plan } from "./run_plan.ts";
import type { PoolSlot } from "./pools.ts";
import { runCondition, type RunFilter } from "./run_filter.ts";

/** A run to be queued. */
export interface NewRun {
  trigger: string;
  plan: Plan;
  config: Readonly<Record<string, unknown>>;
  idempotency?: { key: string; requestHash: string };
  /** Higher goes first; 0 unless told otherwise. */
  priority?: number;
  /** The run of which this one does again what failed. */
  retryOf?: number;
}

/** A run as it is stored; what it waits for is found out on request. */
export type StoredRun = Omit<Run, "waitingFor">;
export type StoredRunSummary = Omit<RunSummary, "waitingFor">;

/** What is recorded of one output when a step succeeds. */
export interface NewMaterialization {
  key: string;
  codeVersion: string;
  config: unknown;
  configHash: string;
  upstream: Record<string, { materialization: number; version: string }>;
  sourceVersion: string | null;
  dataVersion: string;
  rowCount: number;
  metadata: Record<string, MetadataValue>;
}

/** What became of the table of an output. */
export interface Published {
  key: string;
  materialization: number;
  rows: number;
  added: number;
  removed: number;
}

/** A check result to be recorded. */
export interface NewCheckResult {
  key: string;
  name: string;
  severity: Severity;
  /** Whether its failure keeps the rows from being published. */
  blocking: boolean;
  passed: boolean;
  message: string;
  failingRows: readonly object[] | null;
}

/** What a process needs to know of a run that it has taken. */
export interface ClaimedRun {
  config: Record<string, unknown>;
  force: boolean;
  range: PartitionRange | null;
  priority: number;
  /** Whether it was cancelled before. */
  cancelRequested: boolean;
}

/** Who works on a step: the guard of everything that is written about it. */
export interface StepClaim {
  runId: number;
  key: string;
  processId: number;
}

/** The engine's own tables. Whatever is written to them is written here, in `heartbeat.ts` or in `scheduler.ts`. */
export class Ledger {
  readonly #sql: postgres.Sql;

  constructor(readonly database: Database) {
    this.#sql = database.sql;
  }

  /** A JSON parameter: anything that JSON.stringify takes, which is more than the driver's type admits. */
  #json(value: unknown) {
    return this.#sql.json(value as postgres.JSONValue);
  }

  // ---- runs -------------------------------------------------------------------------------------------------------

  /** Queues a run with its steps. The same idempotency key gives the run that it gave before. */
  async createRun(run: NewRun, tx?: Sql): Promise<{ runId: number; created: boolean }> {
    if (!tx) return await this.#sql.begin((tx) => this.createRun(run, tx));
    const { plan, idempotency } = run;
    const [created] = await tx<{ id: number }[]>`
      INSERT INTO engine.run
        (trigger, selection, force, config, range, status, idempotency_key, request_hash, priority, retry_of)
      VALUES (${run.trigger}, ${plan.selection}, ${plan.force}, ${this.#json(run.config)},
              ${plan.range && this.#json(plan.range)}, 'queued', ${idempotency?.key ?? null},
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
      FROM jsonb_to_recordset(${this.#json(steps)}) AS s(key text, ordinal integer, after text[], reasons jsonb)`;
    // What waits is part of the run, so that a run that leaves something undone does not end as a success.
    for (const [i, { key, because, blockedBy, run: rejectedIn }] of plan.blocked.entries()) {
      const reasons = [{ kind: "blocked", message: `waits because ${because}`, upstream: blockedBy, run: rejectedIn }];
      await tx`
        INSERT INTO engine.step (run_id, key, ordinal, after, reasons, status, skipped_because)
        VALUES (${created.id}, ${key}, ${steps.length + i}, '{}', ${this.#json(reasons)}, 'skipped', ${blockedBy})`;
    }
    await this.append(tx, created.id, "run_queued", null, {
      selection: plan.selection,
      steps: steps.map((s) => s.key),
      ...(plan.blocked.length > 0 && { blocked: plan.blocked }),
    });
    return { runId: created.id, created: true };
  }

  /** The run that was made for an idempotency key, if there is one. */
  async runOfIdempotencyKey(key: string): Promise<{ runId: number; requestHash: string } | undefined> {
    const [row] = await this.#sql<{ runId: number; requestHash: string }[]>`
      SELECT id AS "runId", request_hash AS "requestHash" FROM engine.run WHERE idempotency_key = ${key}`;
    return row;
  }

  /** Takes a queued or interrupted run for this process. `undefined` if another was first, or if this one is recorded as ended. */
  async claimRun(runId: number, processId: number): Promise<ClaimedRun | undefined> {
    return await this.#sql.begin(async (tx) => {
      const [run] = await tx<(ClaimedRun & { resumed: boolean })[]>`
        UPDATE engine.run SET status = 'running', process_id = ${processId}, started_at = coalesce(started_at, clock_timestamp())
        WHERE id = (SELECT id FROM engine.run WHERE id = ${runId} AND status IN ('queued', 'interrupted') FOR UPDATE SKIP LOCKED)
          AND ${isAlive(tx, processId)}
        RETURNING config, force, range, priority, cancel_requested_at IS NOT NULL AS "cancelRequested",
                  last_event > 1 AS resumed`;
      if (!run) return undefined;
      await this.append(tx, runId, run.resumed ? "run_resumed" : "run_started", null, {});
      return run;
    });
  }

  /** Ids of runs without a process, in the order in which they are to be taken: by priority, then the older first. */
  async openRuns(
    { limit, except = [], among }: { limit?: number; except?: readonly number[]; among?: readonly number[] } = {},
  ): Promise<number[]> {
    const rows = await this.#sql<{ id: number }[]>`
      SELECT id FROM engine.run
      WHERE status IN ('queued', 'interrupted') AND id <> ALL(${except as number[]}::bigint[])
        AND ${among === undefined ? this.#sql`true` : this.#sql`id = ANY(${among as number[]}::bigint[])`}
      ORDER BY priority DESC, id LIMIT ${limit ?? null}`;
    return rows.map((r) => r.id);
  }

  /** What a run was asked to do beside its selection. @throws {UnknownRunError} */
  async settingsOf(runId: number): Promise<{ config: Record<string, unknown>; priority: number }> {
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

  /** Asks for a run to be cancelled. One that no living process has is cancelled at once. */
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
        await this.append(tx, runId, "run_cancel_requested", null, {});
      }
      if (!run.driven) await cancelRun(tx, runId);
    });
  }

  /** Ends a run that this process drives. Steps that never began are cancelled with it. */
  async finishRun(runId: number, processId: number): Promise<RunStatus | undefined> {
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

  /**
   * Hands back a run that this process will not finish; a cancelled one ends. False if the run is not this
   * process's any more.
   */
  async handBackRun(runId: number, processId: number): Promise<boolean> {
    return await this.#sql.begin(async (tx) => {
      const [run] = await tx`
        SELECT id FROM engine.run WHERE id = ${runId} AND status = 'running' AND process_id = ${processId} FOR UPDATE`;
      if (run) await releaseRun(tx, runId);
      return run !== undefined;
    });
  }

  /**
   * Hands back whatever this process has on record and does not drive: a claim whose answer was lost with its connection was
   * made all the same.
   *
   * @param drives Asked after the record was read: what is claimed meanwhile is driven.
   */
  async handBackStrays(processId: number, drives: (runId: number) => boolean): Promise<void> {
    const running = await this.#sql<{ id: number }[]>`
      SELECT id FROM engine.run WHERE status = 'running' AND process_id = ${processId}`;
    for (const { id } of running) if (!drives(id)) await this.handBackRun(id, processId);
  }

  async run(runId: number): Promise<StoredRun> {
    const [run] = await this.#sql<
      Omit<StoredRun, "steps">[]
    >`SELECT ${this.#runColumns()} FROM engine.run r WHERE id = ${runId}`;
    if (!run) throw new UnknownRunError(runId);
    return { ...run, steps: await this.steps(runId) };
  }

  async steps(runId: number): Promise<RunStep[]> {
    return plain(
      await this.#sql<RunStep[]>`
      SELECT key, status, after, reasons, attempt, started_at AS "startedAt", finished_at AS "finishedAt",
             skipped_because AS "skippedBecause", error, partitions, done, failed
      FROM engine.step WHERE run_id = ${runId} ORDER BY ordinal`,
    );
  }

  /** Newest first, before `before` where it is given. */
  async runs(
    { limit, before, ...filter }: { limit: number; before?: number } & RunFilter,
  ): Promise<StoredRunSummary[]> {
    return plain(
      await this.#sql<StoredRunSummary[]>`
      SELECT ${this.#runColumns()}, coalesce((
        SELECT jsonb_object_agg(status, n) FROM (
          SELECT status, count(*)::integer AS n FROM engine.step WHERE run_id = r.id GROUP BY status) s), '{}') AS "stepCounts"
      FROM engine.run r
      WHERE ${before === undefined ? this.#sql`true` : this.#sql`id < ${before}`}
        AND ${runCondition(this.#sql, filter)}
      ORDER BY id DESC LIMIT ${limit}`,
    );
  }

  #runColumns() {
    return this.#sql`
      id, trigger, selection, force, range, priority, retry_of AS "retryOf", status, created_at AS "createdAt",
      started_at AS "startedAt", finished_at AS "finishedAt", cancel_requested_at AS "cancelRequestedAt"`;
  }

  // ---- steps ------------------------------------------------------------------------------------------------------

  /**
   * Takes a step for this process. `busy` means that another run materializes the asset right now, or that
   * another step took the slot; `lost` that the run is no longer this process's, or that it was cancelled.
   */
  async claimStep(
    claim: StepClaim,
    slot?: PoolSlot,
  ): Promise<{ status: "claimed"; attempt: number } | { status: "busy" | "lost" }> {
    const [claimed] = await this.#sql<{ status: "claimed" | "busy" | "lost"; attempt: number }[]>`
      SELECT outcome AS status, new_attempt AS attempt
      FROM engine.claim_step(${claim.runId}, ${claim.key}, ${claim.processId}, ${slot?.pool ?? null}, ${
      slot?.slot ?? null
    })`;
    const { status, attempt } = claimed!;
    return status === "claimed" ? { status, attempt } : { status };
  }

  /**
   * Makes a step open again of which this process does not know what became of it, because the database did not answer; or ends
   * it as failed where `error` is given. Returns how it stands then; `undefined` if its run is not this process's any more.
   */
  async reopenStep(claim: StepClaim, error?: StepError): Promise<Pick<RunStep, "status" | "error"> | undefined> {
    return await this.#sql.begin(async (tx) => {
      const [run] = await tx`
        SELECT id FROM engine.run
        WHERE id = ${claim.runId} AND status = 'running' AND process_id = ${claim.processId} FOR UPDATE`;
      if (!run) return undefined;
      const [step] = await tx<Pick<RunStep, "status" | "error">[]>`
        SELECT status, error FROM engine.step WHERE run_id = ${claim.runId} AND key = ${claim.key} FOR UPDATE`;
      if (error && ["running", "pending", "interrupted"].includes(step!.status)) {
        await tx`
          UPDATE engine.step SET status = 'failed', finished_at = clock_timestamp(), error = ${this.#json(error)}
          WHERE run_id = ${claim.runId} AND key = ${claim.key}`;
        await this.append(tx, claim.runId, "step_failed", claim.key, { error });
        return { status: "failed", error };
      }
      if (step!.status !== "running") return step;
      await interruptSteps(tx, claim.runId, claim.key);
      return { status: "interrupted", error: null };
    });
  }

  /**
   * Ends a step that this process holds, without a materialization. False if the step is not held any more, or is to end as
   * cancelled though no cancellation was requested: the attempt lost the step, and this process may have begun it again.
   */
  async endStep(
    claim: StepClaim,
    end:
      | { status: "up_to_date" }
      | { status: "cancelled"; reading?: Reading }
      | { status: "skipped"; because: string }
      | {
        status: "failed";
        error: StepError;
        reading?: Reading;
        checks?: readonly NewCheckResult[];
        /** Whether a blocking check of these kept the whole step from being published. */
        rejected?: boolean;
      },
  ): Promise<boolean> {
    const kind: EventKind = `step_${end.status}`;
    const error = end.status === "failed" ? end.error : null;
    const because = end.status === "skipped" ? end.because : null;
    const reading = "reading" in end ? end.reading : null;
    return await this.#sql.begin(async (tx) => {
      const rows = await tx`
        UPDATE engine.step SET status = ${end.status}, finished_at = clock_timestamp(), error = ${
        error && this.#json(error)
      }, skipped_because = ${because}, reading = ${reading ? this.#json(reading) : this.#sql`reading`}
        WHERE run_id = ${claim.runId} AND key = ${claim.key} AND status = 'running' AND process_id = ${claim.processId}
          AND (${end.status !== "cancelled"} OR EXISTS (
            SELECT FROM engine.run WHERE id = ${claim.runId} AND cancel_requested_at IS NOT NULL))
        RETURNING key`;
      if (rows.length === 0) return false;
      if (end.status === "failed" && end.checks) await this.recordChecks(tx, claim.runId, end.checks, new Map());
      if (end.status === "failed" && end.rejected) await this.#recordRejection(tx, claim, end.checks ?? []);
      await this.append(tx, claim.runId, kind, claim.key, {
        ...(error && { error }),
        ...(because && { because }),
      });
      return true;
    });
  }

  async #recordRejection(tx: Sql, { runId, key }: StepClaim, checks: readonly NewCheckResult[]): Promise<void> {
    const failed = checks.filter((c) => c.blocking && !c.passed).map(({ key, name, message }) => ({
      key,
      name,
      message,
    }));
    await tx`
      INSERT INTO engine.rejected_attempt (step_key, run_id, checks, rejected_at)
      VALUES (${key}, ${runId}, ${this.#json(failed)}, clock_timestamp())
      ON CONFLICT (step_key) DO UPDATE SET
        run_id = excluded.run_id, checks = excluded.checks, rejected_at = excluded.rejected_at`;
  }

  /** Marks steps that can never start because `because` failed. */
  async skipSteps(runId: number, keys: readonly string[], because: string): Promise<void> {
    if (keys.length === 0) return;
    await this.#sql.begin(async (tx) => {
      const skipped = await tx<{ key: string }[]>`
        UPDATE engine.step SET status = 'skipped', skipped_because = ${because}
        WHERE run_id = ${runId} AND key = ANY(${keys as string[]}) AND status IN ('pending', 'interrupted') RETURNING key`;
      // In the order in which they were given, and once, however often this is asked for.
      for (const key of keys) {
        if (skipped.some((step) => step.key === key)) await this.append(tx, runId, "step_skipped", key, { because });
      }
    });
  }

  /** The condition that a process still holds the step `s` of the run `r`, and the run was not cancelled. */
  #held({ runId, key, processId }: StepClaim) {
    return this.#sql`
      s.run_id = ${runId} AND s.key = ${key} AND s.status = 'running' AND s.process_id = ${processId}
        AND r.id = s.run_id AND r.cancel_requested_at IS NULL`;
  }

  /** The statement that adds materializations for the step that `mine` has, if it has one. */
  #addOutputs({ runId, key }: StepClaim, outputs: readonly NewMaterialization[]) {
    return this.#sql`
      INSERT INTO engine.materialization
        (asset_key, run_id, step_key, code_version, config, config_hash, upstream, source_version, data_version,
         row_count, rows_added, rows_removed, metadata, started_at)
      SELECT o.key, ${runId}, ${key}, o."codeVersion", o.config, o."configHash", o.upstream,
             o."sourceVersion", o."dataVersion", o."rowCount", 0, 0, o.metadata, mine.started_at
      FROM mine, jsonb_to_recordset(${this.#json(outputs)}) AS o(
        key text, "codeVersion" text, config jsonb, "configHash" text, upstream jsonb, "sourceVersion" text,
        "dataVersion" text, "rowCount" bigint, metadata jsonb)
      RETURNING id, asset_key AS key, row_count`;
  }

  /**
   * Records outputs of a step that this process holds. `undefined` if the step is not held any more or its run was cancelled: then
   * nothing may be published, and the transaction must be rolled back.
   */
  async recordOutputs(
    tx: Sql,
    claim: StepClaim,
    outputs: readonly NewMaterialization[],
  ): Promise<Map<string, number> | undefined> {
    const rows = await tx<{ id: number; key: string }[]>`
      WITH mine AS (
        SELECT s.started_at FROM engine.step s, engine.run r WHERE ${this.#held(claim)} FOR UPDATE OF s
      )
      ${this.#addOutputs(claim, outputs)}`;
    return rows.length === 0 ? undefined : new Map(rows.map((r) => [r.key, r.id]));
  }

  /**
   * Records outputs with which no row is written, and ends their step: in one statement, which needs no transaction around it. False
   * if the step is not held any more or its run was cancelled.
   */
  async recordSuccess(claim: StepClaim, outputs: readonly NewMaterialization[]): Promise<boolean> {
    const rows = await this.#sql`
      WITH mine AS (
        UPDATE engine.step s SET status = 'succeeded', finished_at = clock_timestamp()
        FROM engine.run r WHERE ${this.#held(claim)} RETURNING s.started_at
      ), made AS (
        ${this.#addOutputs(claim, outputs)}
      )
      SELECT engine.append_event(${claim.runId}, 'step_succeeded', ${claim.key}, jsonb_build_object('outputs', outputs))
      FROM (
        SELECT jsonb_agg(jsonb_build_object(
          'key', key, 'materialization', id, 'rows', row_count, 'added', 0, 'removed', 0) ORDER BY id) AS outputs
        FROM made
      ) o WHERE outputs IS NOT NULL`;
    return rows.length > 0;
  }

  /** Whether a step is still held by the process and its run not cancelled; holds the step until the commit. */
  async holds(tx: Sql, claim: StepClaim): Promise<boolean> {
    const [step] = await tx`SELECT s.key FROM engine.step s, engine.run r WHERE ${this.#held(claim)} FOR UPDATE OF s`;
    return step !== undefined;
  }

  /** Ends a step all of whose parts are published. False if the step is not held any more or its run was cancelled. */
  async endParts(claim: StepClaim, outputs: readonly Published[]): Promise<boolean> {
    return await this.#sql.begin(async (tx) => {
      if (!await this.holds(tx, claim)) return false;
      await this.stepSucceeded(tx, claim, outputs);
      return true;
    });
  }

  /** Says that a step which this transaction holds succeeded, as its last statement. */
  async stepSucceeded(tx: Sql, claim: StepClaim, outputs: readonly Published[]): Promise<void> {
    await tx`
      UPDATE engine.step SET status = 'succeeded', finished_at = clock_timestamp()
      WHERE run_id = ${claim.runId} AND key = ${claim.key}`;
    await this.append(tx, claim.runId, "step_succeeded", claim.key, { outputs });
  }

  async recordRowChanges(tx: Sql, materialization: number, added: number, removed: number): Promise<void> {
    await tx`
      UPDATE engine.materialization SET rows_added = ${added}, rows_removed = ${removed} WHERE id = ${materialization}`;
  }

  /**
   * Records what checks found.
   *
   * @param runId The run that judged; `null` for checks that were run alone.
   * @param materializations The version that was judged, by asset; without one for rows that were not published.
   * @returns Ids of the records.
   */
  async recordChecks(
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
      FROM jsonb_to_recordset(${this.#json(rows)}) AS c(
        key text, materialization bigint, name text, severity text, passed boolean, message text, "failingRows" jsonb)
      RETURNING id`;
    return recorded.map(({ id }) => id);
  }

  // ---- materializations -------------------------------------------------------------------------------------------

  /** Newest first. */
  async materializations(
    key: string,
    { limit, before }: { limit: number; before?: number },
  ): Promise<Materialization[]> {
    return plain(
      await this.#sql<Materialization[]>`
      SELECT ${this.#materializationColumns()} FROM engine.materialization
      WHERE asset_key = ${key} AND ${before === undefined ? this.#sql`true` : this.#sql`id < ${before}`}
      ORDER BY id DESC LIMIT ${limit}`,
    );
  }

  /** The latest materialization of each of `keys`. */
  async latestMaterializations(keys: readonly string[]): Promise<Map<string, Materialization>> {
    const rows = await this.#sql<Materialization[]>`
      SELECT ${this.#materializationColumns()} FROM unnest(${keys as string[]}::text[]) AS k(k)
      CROSS JOIN LATERAL (SELECT * FROM engine.materialization WHERE asset_key = k.k ORDER BY id DESC LIMIT 1) m`;
    return new Map(rows.map((row) => [row.key, row]));
  }

  #materializationColumns() {
    return this.#sql`
      id, asset_key AS key, origin, run_id AS "runId", code_version AS "codeVersion", config, upstream,
      source_version AS "sourceVersion", data_version AS "dataVersion", row_count AS "rowCount",
      rows_added AS "rowsAdded", rows_removed AS "rowsRemoved", metadata, partitions, changed, started_at AS "startedAt",
      committed_at AS "committedAt"`;
  }

  /** What the checks found when they last judged the asset, published or not; of those that were run alone since, that. */
  async lastChecks(key: string): Promise<CheckResult[]> {
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

  // ---- events -----------------------------------------------------------------------------------------------------

  /** Adds an event as the last statement of a transaction: it holds the run's row until the commit. */
  async append(
    tx: Sql,
    runId: number,
    kind: EventKind,
    key: string | null,
    data: Record<string, unknown>,
  ): Promise<void> {
    await tx`SELECT engine.append_event(${runId}, ${kind}, ${key}, ${this.#json(data)})`;
  }

  /** Adds an event by itself. */
  async event(runId: number, kind: EventKind, key: string | null, data: Record<string, unknown>): Promise<void> {
    await this.append(this.#sql, runId, kind, key, data);
  }

  /** Events after `after` in order, at most `limit`, with the status that the run had when they were read. */
  async eventsAfter(runId: number, after: number, limit = 500): Promise<{ events: RunEvent[]; status: RunStatus }> {
    // The status is read first: if it is final, the events read after it are all there will ever be.
    const [run] = await this.#sql<{ status: RunStatus }[]>`SELECT status FROM engine.run WHERE id = ${runId}`;
    if (!run) throw new UnknownRunError(runId);
    const events = await this.#sql<RunEvent[]>`
      SELECT run_id AS "runId", seq, at, kind, key, data FROM engine.event
      WHERE run_id = ${runId} AND seq > ${after} ORDER BY seq LIMIT ${limit}`;
    return { events: plain(events), status: run.status };
  }
}

/**
 * The condition that a process is not recorded as ended, for the statement that claims something for it. Its row is shared until
 * the commit: recording the process as ended waits for it, and then finds the claim.
 */
export function isAlive(sql: Sql, processId: number) {
  return sql`(SELECT p.id FROM engine.process p WHERE p.id = ${processId} AND p.ended_at IS NULL FOR SHARE) IS NOT NULL`;
}

/** Takes a run from its process, so that another one goes on with it; a cancelled one ends. */
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

/** Marks what was running in a run, or one step of it. */
async function interruptSteps(tx: Sql, runId: number, key?: string): Promise<void> {
  const steps = await tx<{ key: string }[]>`
    UPDATE engine.step SET status = 'interrupted', process_id = NULL
    WHERE run_id = ${runId} AND status = 'running' AND key = coalesce(${key ?? null}, key) RETURNING key`;
  for (const { key } of steps) {
    await tx`SELECT engine.append_event(${runId}, 'step_interrupted', ${key}, '{}')`;
  }
}

/** Rows without what the driver hangs on to its arrays. */
function plain<T>(rows: readonly T[]): T[] {
  return Array.from(rows);
}
