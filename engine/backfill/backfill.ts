import { BackfillDriver, type RunControl } from "./driver.ts";
import { BackfillLedger } from "./ledger.ts";
import { planBackfill, producersOf, rangeOf, withEstimates } from "./plan.ts";
import {
  type Backfill,
  type BackfillPlan,
  type BackfillRequest,
  type BackfillStatus,
  type BackfillSummary,
  isBackfillOver,
} from "../store/backfill_records.ts";
import { lookAt, partitionsOnRecord, progressOf, shortfallOf, statesOf, viewOf } from "./view.ts";
import { BackfillStateError, messageOf } from "../errors.ts";
import type { Plan } from "../store/run_plan.ts";
import { pause } from "../declare/retry.ts";
import { hashOf } from "../declare/row_schema.ts";
import { select } from "../declare/selection.ts";
import { type Snapshot, takeSnapshot } from "../judge/snapshot.ts";
import type { ProcessContext } from "../store/context.ts";
import { stepDurations } from "../store/step_durations.ts";

/** Actions on a started backfill. */
export const backfillActions = ["pause", "resume", "cancel", "retry"] as const;
export type BackfillAction = typeof backfillActions[number];

/** States in which an action is possible, and the message for others. */
const moves: Readonly<Record<BackfillAction, { from: readonly BackfillStatus[]; otherwise: string }>> = {
  pause: { from: ["running"], otherwise: "Only one that is running can be paused." },
  resume: { from: ["paused"], otherwise: "Only one that is paused can be resumed." },
  cancel: { from: ["running", "paused"], otherwise: "Nothing is left to cancel." },
  retry: {
    from: ["paused", "succeeded", "failed", "cancelled"],
    otherwise: "Pause it first, or wait for its end.",
  },
};

const finishedPollMs = 100;

/**
 * Backfills: ranges of partitions, made in consecutive runs, with pause, resume, cancel and retry. All state is in the database;
 * any process with the same assets continues a backfill whose process has ended.
 */
export class Backfills {
  readonly #ledger: BackfillLedger;
  readonly #drivers = new Map<number, Promise<void>>();
  readonly #closing = new AbortController();

  constructor(
    private readonly around: ProcessContext,
    private readonly runs: RunControl & { cancel(runId: number): Promise<unknown> },
  ) {
    this.#ledger = new BackfillLedger(around.database, around.ledger);
  }

  // ---- queries ----------------------------------------------------------------------------------------------------

  /**
   * The plan of a backfill.
   *
   * @throws {SelectionError | UnknownAssetError | InvalidRequestError | UnmetUpstreamError}
   */
  async plan(request: BackfillRequest): Promise<BackfillPlan> {
    return (await this.#plan(request)).plan;
  }

  async #plan(request: BackfillRequest) {
    const { graph, resources, database } = this.around;
    const range = rangeOf(request);
    const producers = producersOf(graph, select(graph, request.selection));
    const keys = producers.map(({ key }) => key);
    const [snapshot, history] = await Promise.all([
      takeSnapshot(this.around, { config: {}, of: keys }),
      stepDurations(database.sql, keys),
    ]);
    const facts = { producers, range, force: request.force ?? false, partitions: {}, steps: [], retriedRun: 0 };
    return planBackfill(request.selection, facts, { graph, snapshot, resources, database, history });
  }

  /** Adds the known estimates to the steps of a run's plan. */
  async estimated(plan: Plan, snapshot: Snapshot): Promise<Plan> {
    const { graph, resources, database } = this.around;
    const history = await stepDurations(database.sql, plan.steps.map(({ key }) => key));
    return withEstimates(plan, { graph, snapshot, resources, database, history });
  }

  /** A backfill with its partitions, last runs and remaining time. @throws {UnknownBackfillError} */
  async get(id: number): Promise<Backfill> {
    return await viewOf(await this.#ledger.read(id), { around: this.around, ledger: this.#ledger });
  }

  /** Newest first. */
  list(query: { limit: number; before?: number }): Promise<BackfillSummary[]> {
    return this.#ledger.list(query);
  }

  /** Resolves when the backfill is over or paused, in any process, or with its current state when the signal aborts. */
  async finished(id: number, signal?: AbortSignal): Promise<Backfill> {
    const until = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
    while (!until.aborted && (await this.#ledger.read(id)).status === "running") {
      await pause(finishedPollMs, until).catch(() => {});
    }
    return await this.get(id);
  }

  // ---- commands ---------------------------------------------------------------------------------------------------

  /**
   * Plans a backfill, stores it and starts it in this process.
   *
   * @throws {SelectionError | UnknownAssetError | InvalidRequestError | UnmetUpstreamError | IdempotencyConflictError}
   */
  async submit(request: BackfillRequest & { trigger: string; idempotencyKey?: string }): Promise<Backfill> {
    const { trigger, idempotencyKey, selection, force = false } = request;
    const idempotency = idempotencyKey === undefined
      ? undefined
      : { key: idempotencyKey, requestHash: hashOf({ selection, force, ...rangeOf(request) }) };
    const before = idempotency && await this.#ledger.ofIdempotencyKey(idempotency);
    if (before !== undefined) return await this.get(before);
    const { plan, parts } = await this.#plan(request);
    const { id, created } = await this.#ledger.create({
      trigger,
      plan,
      partitions: partitionsOnRecord(parts),
      progress: progressOf(parts),
      idempotency,
    });
    // Read before the start, so that the answer shows the request without progress.
    const backfill = await this.get(id);
    if (created) this.begin(id);
    return backfill;
  }

  /**
   * Pauses a backfill after its current run, resumes it, cancels it with that run, or retries failed and missing partitions.
   *
   * @throws {UnknownBackfillError}
   * @throws {BackfillStateError} If its state does not allow the action, or nothing of it is left to retry.
   */
  async act(id: number, action: BackfillAction): Promise<Backfill> {
    const { from, otherwise } = moves[action];
    if (action === "retry") await this.#refuseComplete(id);
    const moved = action === "cancel" ? await this.#cancel(id, from) : await this.#ledger.move(
      id,
      action === "pause" ? { from, to: "paused" } : {
        from,
        to: "running",
        acknowledged: true,
        retried: action === "retry",
      },
    );
    if (!moved) {
      const { status } = await this.#ledger.read(id);
      const stands = isBackfillOver(status) ? `has ${status === "cancelled" ? "been " : ""}${status}` : `is ${status}`;
      throw new BackfillStateError(`Backfill ${id} ${stands}. ${otherwise}`);
    }
    const backfill = await this.get(id);
    if (backfill.status === "running") this.begin(id);
    return backfill;
  }

  /** A backfill that succeeded has nothing to retry, unless some of its partitions became stale or missing since. */
  async #refuseComplete(id: number): Promise<void> {
    const backfill = await this.#ledger.read(id);
    if (backfill.status !== "succeeded") return;
    // As after a retry: earlier failures do not count.
    const retried = { ...backfill, retriedRun: Number.MAX_SAFE_INTEGER };
    const { parts } = await lookAt(retried, { around: this.around, ledger: this.#ledger });
    if (parts.some(({ missing }) => !missing.isEmpty)) return;
    throw new BackfillStateError(
      `Backfill ${id} has succeeded, and nothing of it is missing or stale. Begin one with force to make the same again.`,
    );
  }

  async #cancel(id: number, from: readonly BackfillStatus[]): Promise<boolean> {
    // Set the state first, so that no further run is queued; then cancel the current run, and count its result.
    if (!await this.#ledger.move(id, { from, to: "cancelled" })) return false;
    const open = await this.#ledger.openRun(id);
    if (open !== undefined) {
      await this.runs.cancel(open);
      await this.runs.finished(open, AbortSignal.any([this.#closing.signal, AbortSignal.timeout(10_000)]));
    }
    const looked = await lookAt(await this.#ledger.read(id), { around: this.around, ledger: this.#ledger });
    const outcome = await statesOf(looked, this.around);
    const reason = shortfallOf(looked.parts);
    const progress = progressOf(looked.parts);
    await this.#ledger.move(id, { from: ["cancelled"], to: "cancelled", reason, outcome, progress });
    return true;
  }

  /** Drives a backfill in this process, unless a process already drives it. */
  begin(id: number): void {
    if (this.#drivers.has(id) || this.#closing.signal.aborted) return;
    const driver = new BackfillDriver(id, this.around, this.#ledger, this.runs, this.#closing.signal);
    const done = driver.drive()
      .catch((error) =>
        this.around.logger.error(`Backfill ${id} could not be driven: ${messageOf(error)}`, { backfillId: id })
      )
      .finally(() => this.#drivers.delete(id));
    this.#drivers.set(id, done);
  }

  /** Continues running backfills without a process. */
  async takeUp(): Promise<void> {
    for (const id of await this.#ledger.unattended(this.around.heartbeat.id)) this.begin(id);
  }

  /** Leaves the backfills of this process to others. Resolves after the last write. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#drivers.values());
  }
}
