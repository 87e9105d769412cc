import type postgres from "postgres";
import type { Database, Sql } from "../../resources/database/database.ts";
import type { MetadataValue } from "../declare/metadata.ts";
import type { CheckLedger, NewCheckResult } from "./check_ledger.ts";
import { json } from "./driver_values.ts";
import type { EventLog } from "./event_log.ts";
import type { PoolSlot } from "./pool_slot.ts";
import type { EventKind, Reading, RunStep, StepError } from "./records.ts";

/** Record of one output of a successful step. */
export interface NewMaterialization {
  key: string;
  codeVersion: string;
  config: unknown;
  configHash: string;
  upstream: Record<string, { materialization: number; version: string }>;
  sourceVersion: string | null;
  dataVersion: string;
  rowCount: number;
  /** The date from which the rows were made; `null` if all of them were. */
  rowsFrom: string | null;
  metadata: Record<string, MetadataValue>;
}

/** Result for the table of an output. */
export interface Published {
  key: string;
  materialization: number;
  rows: number;
  added: number;
  removed: number;
}

/** The claim on a step, which guards all writes about it. */
export interface StepClaim {
  runId: number;
  key: string;
  processId: number;
}

/** Steps (engine.step): their claims, ends and outputs, whose records commit with the end of the step. */
export class StepLedger {
  readonly #sql: postgres.Sql;

  constructor(database: Database, private readonly events: EventLog, private readonly checks: CheckLedger) {
    this.#sql = database.sql;
  }

  /**
   * Claims a step for this process. `busy` means that another run is materializing the asset, or that another step took the slot;
   * `lost` that the step is no longer open, that the driver no longer drives the run, or that it was cancelled.
   *
   * @param options.drivenBy Process that drives the run; this one by default.
   */
  async claim(
    claim: StepClaim,
    { slot, drivenBy = claim.processId }: { slot?: PoolSlot; drivenBy?: number } = {},
  ): Promise<{ status: "claimed"; attempt: number } | { status: "busy" | "lost" }> {
    const [claimed] = await this.#sql<{ status: "claimed" | "busy" | "lost"; attempt: number }[]>`
      SELECT outcome AS status, new_attempt AS attempt
      FROM engine.claim_step(${claim.runId}, ${claim.key}, ${claim.processId}, ${drivenBy}, ${slot?.pool ?? null}, ${
      slot?.slot ?? null
    })`;
    const { status, attempt } = claimed!;
    return status === "claimed" ? { status, attempt } : { status };
  }

  /**
   * Reopens a step whose outcome this process does not know, because the database did not answer; or ends it as failed, if `error`
   * is given. Returns its current state; `undefined` if this process no longer drives its run.
   */
  async reopen(claim: StepClaim, error?: StepError): Promise<Pick<RunStep, "status" | "error"> | undefined> {
    return await this.#sql.begin(async (tx) => {
      const [run] = await tx`
        SELECT id FROM engine.run
        WHERE id = ${claim.runId} AND status = 'running' AND process_id = ${claim.processId} FOR UPDATE`;
      if (!run) return undefined;
      const [step] = await tx<Pick<RunStep, "status" | "error">[]>`
        SELECT status, error FROM engine.step WHERE run_id = ${claim.runId} AND key = ${claim.key} FOR UPDATE`;
      if (error && ["running", "pending", "interrupted"].includes(step!.status)) {
        await tx`
          UPDATE engine.step SET status = 'failed', finished_at = clock_timestamp(), error = ${json(this.#sql, error)}
          WHERE run_id = ${claim.runId} AND key = ${claim.key}`;
        await this.events.append(tx, claim.runId, "step_failed", claim.key, { error });
        return { status: "failed", error };
      }
      if (step!.status !== "running") return step;
      await interruptSteps(tx, claim.runId, claim.key);
      return { status: "interrupted", error: null };
    });
  }

  /** Gives back a step held by this process, to be started again: `interrupted` if this attempt may be at fault. */
  async giveBack({ runId, key, processId }: StepClaim, status: "pending" | "interrupted"): Promise<void> {
    await this.#sql.begin(async (tx) => {
      const [given] = await tx`
        UPDATE engine.step SET status = ${status}, process_id = NULL
        WHERE run_id = ${runId} AND key = ${key} AND status = 'running' AND process_id = ${processId} RETURNING key`;
      if (given) await this.events.append(tx, runId, "step_interrupted", key, {});
    });
  }

  /**
   * Ends a step held by this process, without a materialization. False if the step is no longer held, or is to end as cancelled
   * without a requested cancellation: the attempt lost the step, and this process may have started it again.
   */
  async end(
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
        /** Whether one of these checks is blocking and prevented publication of the whole step. */
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
        error && json(this.#sql, error)
      }, skipped_because = ${because}, reading = ${reading ? json(this.#sql, reading) : this.#sql`reading`}
        WHERE run_id = ${claim.runId} AND key = ${claim.key} AND status = 'running' AND process_id = ${claim.processId}
          AND (${end.status !== "cancelled"} OR EXISTS (
            SELECT FROM engine.run WHERE id = ${claim.runId} AND cancel_requested_at IS NOT NULL))
        RETURNING key`;
      if (rows.length === 0) return false;
      if (end.status === "failed" && end.checks) await this.checks.record(tx, claim.runId, end.checks, new Map());
      if (end.status === "failed" && end.rejected) await this.#recordRejection(tx, claim, end.checks ?? []);
      await this.events.append(tx, claim.runId, kind, claim.key, {
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
      VALUES (${key}, ${runId}, ${json(this.#sql, failed)}, clock_timestamp())
      ON CONFLICT (step_key) DO UPDATE SET
        run_id = excluded.run_id, checks = excluded.checks, rejected_at = excluded.rejected_at`;
  }

  /** Marks steps that can never start because `because` failed. */
  async skip(runId: number, keys: readonly string[], because: string): Promise<void> {
    if (keys.length === 0) return;
    await this.#sql.begin(async (tx) => {
      const skipped = await tx<{ key: string }[]>`
        UPDATE engine.step SET status = 'skipped', skipped_because = ${because}
        WHERE run_id = ${runId} AND key = ANY(${keys as string[]}) AND status IN ('pending', 'interrupted') RETURNING key`;
      // In the given order, and only once even if repeated.
      for (const key of keys) {
        if (skipped.some((step) => step.key === key)) {
          await this.events.append(tx, runId, "step_skipped", key, { because });
        }
      }
    });
  }

  /** The condition that a process still holds the step `s` of the run `r`, and the run was not cancelled. */
  #held({ runId, key, processId }: StepClaim) {
    return this.#sql`
      s.run_id = ${runId} AND s.key = ${key} AND s.status = 'running' AND s.process_id = ${processId}
        AND r.id = s.run_id AND r.cancel_requested_at IS NULL`;
  }

  /** The statement that adds materializations for the step in `mine`, if there is one. */
  #addOutputs({ runId, key }: StepClaim, outputs: readonly NewMaterialization[]) {
    return this.#sql`
      INSERT INTO engine.materialization
        (asset_key, run_id, step_key, code_version, config, config_hash, upstream, source_version, data_version,
         row_count, rows_from, rows_added, rows_removed, metadata, started_at)
      SELECT o.key, ${runId}, ${key}, o."codeVersion", engine.without_config(o.key, o."configHash", o.config), o."configHash", o.upstream,
             o."sourceVersion", o."dataVersion", o."rowCount", o."rowsFrom", 0, 0, o.metadata, mine.started_at
      FROM mine, jsonb_to_recordset(${json(this.#sql, outputs)}) AS o(
        key text, "codeVersion" text, config jsonb, "configHash" text, upstream jsonb, "sourceVersion" text,
        "dataVersion" text, "rowCount" bigint, "rowsFrom" date, metadata jsonb)
      RETURNING id, asset_key AS key, row_count`;
  }

  /**
   * Records outputs of a step held by this process. `undefined` if the step is no longer held or its run was cancelled: then
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
   * Records outputs without written rows, and ends their step: in one statement, without a surrounding transaction. False if the
   * step is no longer held or its run was cancelled.
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

  /** Whether the process still holds the step and its run is not cancelled; locks the step until the commit. */
  async holds(tx: Sql, claim: StepClaim): Promise<boolean> {
    const [step] = await tx`SELECT s.key FROM engine.step s, engine.run r WHERE ${this.#held(claim)} FOR UPDATE OF s`;
    return step !== undefined;
  }

  /** Ends a step after all of its parts are published. False if the step is no longer held or its run was cancelled. */
  async endParts(claim: StepClaim, outputs: readonly Published[]): Promise<boolean> {
    return await this.#sql.begin(async (tx) => {
      if (!await this.holds(tx, claim)) return false;
      await this.succeed(tx, claim, outputs);
      return true;
    });
  }

  /** Records success of a step locked by this transaction, as its last statement. */
  async succeed(tx: Sql, claim: StepClaim, outputs: readonly Published[]): Promise<void> {
    await tx`
      UPDATE engine.step SET status = 'succeeded', finished_at = clock_timestamp()
      WHERE run_id = ${claim.runId} AND key = ${claim.key}`;
    await this.events.append(tx, claim.runId, "step_succeeded", claim.key, { outputs });
  }
}

/** Marks the running steps of a run, or one of its steps, as interrupted. */
export async function interruptSteps(tx: Sql, runId: number, key?: string): Promise<void> {
  const steps = await tx<{ key: string }[]>`
    UPDATE engine.step SET status = 'interrupted', process_id = NULL
    WHERE run_id = ${runId} AND status = 'running' AND key = coalesce(${key ?? null}, key) RETURNING key`;
  for (const { key } of steps) {
    await tx`SELECT engine.append_event(${runId}, 'step_interrupted', ${key}, '{}')`;
  }
}
