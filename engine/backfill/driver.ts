import { nextWork, type PartOfBackfill } from "./partitions.ts";
import { partsOf } from "../judge/estimate.ts";
import { stepDurations, type StepHistory } from "../store/step_durations.ts";
import type { BackfillLedger, BackfillStep, StoredBackfill } from "./ledger.ts";
import { lookAt, type LookedAt, partitionsOnRecord, progressOf, shortfallOf, statesOf } from "./view.ts";
import { isDatabaseTrouble } from "../store/database_trouble.ts";
import { messageOf } from "../errors.ts";
import { PartitionSet } from "../partitions/mod.ts";
import { planRun } from "../judge/plan.ts";
import { isFinished, type Run } from "../store/records.ts";
import { pause } from "../declare/retry.ts";
import type { ProcessContext } from "../store/context.ts";

/** Parts of the engine that a backfill uses to drive its runs. */
export interface RunControl {
  begin(runId: number): void;
  finished(runId: number, signal?: AbortSignal): Promise<Run>;
}

/** Maximum estimated duration of a run of a backfill: a pause waits for its end. */
const runSeconds = 10;
/** Parts of the first run, before their duration is known. */
const firstParts = 4;
const mostParts = 200;
/** Polling interval for a run that another process drives. */
const lookAfterMs = 1_000;
const retryDelayMs = 1_000;
/** Consecutive failures to continue after which a backfill waits for an operator. */
const maxFailuresInARow = 3;

/** Takes a backfill through its runs, one at a time, until it is over, paused, or taken by another process. */
export class BackfillDriver {
  constructor(
    private readonly id: number,
    readonly around: ProcessContext,
    readonly ledger: BackfillLedger,
    private readonly runs: RunControl,
    private readonly signal: AbortSignal,
  ) {}

  /** Resolves when this process has nothing left to do. */
  async drive(): Promise<void> {
    const { ledger, id, signal, around } = this;
    const processId = around.heartbeat.id;
    if (!await ledger.claim(id, processId)) return;
    for (let failures = 0; !signal.aborted;) {
      try {
        const goesOn = await this.#step(processId);
        failures = 0;
        if (!goesOn && (await ledger.release(id, processId) || around.heartbeat.id !== processId)) return;
      } catch (error) {
        if (signal.aborted) return;
        around.logger.warn(`Backfill ${id} could not continue: ${messageOf(error)}`, { backfillId: id });
        // Database outages need no operator.
        if (!isDatabaseTrouble(error) && ++failures >= maxFailuresInARow) {
          const reason = `It could not continue: ${messageOf(error)}`;
          if (await ledger.move(id, { from: ["running"], to: "paused", reason, by: processId }).catch(() => false)) {
            return void await ledger.release(id, processId);
          }
        }
        await pause(retryDelayMs, signal).catch(() => {});
      }
    }
  }

  /** Reads what is there, and stores the progress. */
  async #look(backfill: StoredBackfill): Promise<LookedAt> {
    const looked = await lookAt(backfill, this);
    await this.ledger.note(this.id, {
      partitions: partitionsOnRecord(looked.parts),
      progress: progressOf(looked.parts),
    });
    return looked;
  }

  /** Queues one run, or continues an open one, and follows it to its end. False if this process has nothing more to do. */
  async #step(processId: number): Promise<boolean> {
    const { ledger, id, around } = this;
    const backfill = await ledger.read(id);
    // Under a new id, this process claims the backfill again.
    if (backfill.processId !== processId || around.heartbeat.id !== processId) return false;
    if (backfill.status !== "running") {
      // It was paused during a run, whose partitions count.
      if (backfill.status === "paused") await this.#look(backfill);
      return false;
    }
    const open = await ledger.openRun(id);
    if (open !== undefined) {
      await this.#lookAfter(open);
      return true;
    }
    const looked = await this.#look(backfill);
    const trouble = troubleOf(looked.steps.filter(({ runId }) => runId > backfill.acknowledgedRun));
    if (trouble !== null) {
      await ledger.move(id, { from: ["running"], to: "paused", reason: trouble, by: processId });
      return false;
    }
    const plan = await this.#nextPlan(looked);
    if (!plan) {
      const reason = shortfallOf(looked.parts);
      await ledger.move(id, {
        from: ["running"],
        to: reason === null ? "succeeded" : "failed",
        reason,
        outcome: await statesOf(looked, this.around),
        progress: progressOf(looked.parts),
        by: processId,
      });
      return false;
    }
    const runId = await ledger.queueRun(id, processId, plan);
    if (runId !== undefined) await this.#lookAfter(runId);
    return true;
  }

  /** Starts a run here unless another process has it, and waits for its end. */
  async #lookAfter(runId: number): Promise<void> {
    while (!this.signal.aborted) {
      // If its process has ended, the run is open again and this process may claim it.
      this.runs.begin(runId);
      const run = await this.runs.finished(runId, AbortSignal.any([this.signal, AbortSignal.timeout(lookAfterMs)]));
      if (isFinished(run.status)) return;
    }
  }

  async #nextPlan({ parts, snapshot, backfill }: LookedAt) {
    const { graph } = this.around;
    const next = nextWork(parts);
    const [first] = next;
    if (!first) return undefined;
    const { force } = backfill;
    const keys = next.map(({ producer }) => producer.key);
    const selection = keys.join(" ");
    if (first.all.space.isSingle) return planRun(graph, keys, snapshot, { selection, force, range: null });
    const { key } = first.producer;
    const own = await stepDurations(this.around.database.sql, [key], this.id);
    const partitions = this.#pieceOf(first, { config: snapshot.configs.get(key), history: own.get(key) });
    return planRun(graph, keys, snapshot, {
      selection,
      force,
      range: { partitions: { [key]: partitions.rectangles() } },
    });
  }

  /** As many ready parts as fit into the duration of a run. */
  #pieceOf(
    { ready, producer }: PartOfBackfill,
    { config, history }: { config: unknown; history: StepHistory | undefined },
  ): PartitionSet {
    const parts = partsOf(producer, ready, { config, ...this.around });
    const secondsPerPart = history && history.parts > 0 ? history.seconds / history.parts : undefined;
    const count = secondsPerPart === undefined
      ? firstParts
      : Math.max(1, Math.min(mostParts, Math.floor(runSeconds / Math.max(secondsPerPart, 1e-3))));
    return PartitionSet.together(ready.space, parts.slice(0, count).map((partitions) => ({ partitions })));
  }
}

/** Why a backfill has to wait for an operator: the failure of one of its runs would stop the next one as well. */
function troubleOf(steps: readonly BackfillStep[]): string | null {
  for (const { runId, runStatus, key, status, error } of steps.toReversed()) {
    if (status === "cancelled" || runStatus === "cancelled") {
      return `Run ${runId} was cancelled. Resume to continue with the rest.`;
    }
    if (status !== "failed" || !error) continue;
    const said = `${key} failed in run ${runId}: ${error.message}`;
    if (error.fatal) return `${said} Nothing can be made until the cause is removed; then resume or retry.`;
    // The step gave up: consecutive parts failed after all attempts.
    if (error.name === "PartitionsFailedError" && !error.partial) {
      return `${said} Several parts failed in a row; resume when their source is available again.`;
    }
  }
  return null;
}
