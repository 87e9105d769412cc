import type { EngineContext } from "../store/context.ts";
import type { Reading, StepOutcome, StepTask } from "../store/records.ts";
import type { StepClaim } from "../store/step_ledger.ts";
import { helpWithParts, type PartHelp } from "./part_help.ts";
import { StepExecution } from "./step_execution.ts";
import { runStep } from "./step_runner.ts";

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
