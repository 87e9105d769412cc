import type { EngineContext, PartWork } from "../store/context.ts";
import type { Reading, StepOutcome, StepTask } from "../store/records.ts";
import type { StepClaim } from "../store/step_ledger.ts";
import { StepExecution } from "./step_execution.ts";
import { runStep } from "./step_runner.ts";
import { messageOf, StepLostError } from "../errors.ts";
import { takeStepSnapshot } from "../judge/snapshot.ts";
import { PartitionSet } from "../partitions/mod.ts";
import { StepParts } from "../store/step_parts.ts";
import { packPart } from "./part_bytes.ts";

/** A step that this process has claimed. */
export interface ClaimedStep {
  task: StepTask;
  claim: StepClaim;
  attempt: number;
  /** Set if another process holds the step, and this one makes parts of it. */
  help?: PartHelp;
}

/** Provides places to run steps. */
export interface StepPlaces {
  /** Waits for a place for a step. The time limit of the step begins afterwards. */
  take(step: Pick<StepTask, "runId" | "key">): Promise<StepPlace>;
}

export interface StepPlace {
  /**
   * Runs a step until its outcome is recorded; or, as a helper, makes parts of it until none is left, which records nothing and
   * returns `lost`.
   *
   * @param signal As in {@link Executor.execute}; it also aborts with the step's time limit.
   * @throws If the outcome could not be recorded.
   */
  run(step: ClaimedStep, signal: AbortSignal): Promise<StepOutcome>;
  /** Frees the place, after its step. */
  release(): void;
}

/** Runs steps in this thread. */
export function inThisThread(around: EngineContext): StepPlaces {
  const here: StepPlace = {
    run: (step, signal) => runClaimed(around, step, signal),
    release() {},
  };
  return { take: () => Promise.resolve(here) };
}

/**
 * Runs a claimed step, or makes parts of it, in this thread.
 *
 * @param onReading Called with the step's inputs once they are known.
 */
export async function runClaimed(
  around: EngineContext,
  { task, claim, attempt, help }: ClaimedStep,
  signal: AbortSignal,
  onReading?: (reading: Reading) => void,
): Promise<StepOutcome> {
  const step = new StepExecution(around, task, claim, attempt, signal, onReading);
  if (!help) return await runStep(step);
  await helpWithParts(step, help);
  return "lost";
}

/** Marks the execution as help for the process that holds the step. */
interface PartHelp extends Pick<PartWork, "reads"> {
  /** The helping process. */
  by: number;
}

/**
 * Makes parts of a step that another process holds, until none is left. Makes none if the step reads other versions than the
 * current latest ones. A failed part is left to the process that holds the step.
 */
async function helpWithParts(step: StepExecution, { by, reads }: PartHelp): Promise<void> {
  const { database } = step.around;
  const { runId, key } = step.task;
  const shared = { runId, key, attempt: step.claimedAttempt };
  const snapshot = await step.orAborted(takeStepSnapshot(step.around, step.task));
  if (reads.some(([key, read]) => (snapshot.latest.get(key)?.materialization ?? 0) !== read)) return;
  const { space } = snapshot.partitions.get(key)!;
  const store = new StepParts(database);
  for (let parts = 0;; parts++) {
    if (step.signal.aborted) throw step.signal.reason;
    const taken = await store.take(shared, { by, holds: false });
    if (!taken) {
      if (parts > 0) step.logger.info(`Parts made for process ${step.claim.processId}: ${parts}.`);
      return;
    }
    try {
      const partitions = PartitionSet.fromRectangles(space, taken.partitions);
      const settled = PartitionSet.fromRectangles(space, taken.settled);
      const made = await step.make(snapshot, { partitions, settled }, () => {});
      if (!await store.handIn(shared, { part: taken.part, by, data: packPart(made) })) {
        throw new StepLostError(key, runId);
      }
    } catch (error) {
      if (step.signal.aborted || error instanceof StepLostError) throw error;
      step.logger.warn(`A part is left to the process that holds the step: ${messageOf(error)}`);
      await store.giveBack(shared, by);
    }
  }
}
