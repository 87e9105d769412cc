import type { EngineContext } from "../store/context.ts";
import type { StepOutcome, StepTask } from "../store/records.ts";
import type { StepClaim } from "../store/step_ledger.ts";
import { StepExecution } from "./step_execution.ts";
import { runStep } from "./step_runner.ts";

/** A step that this process has claimed. */
export interface ClaimedStep {
  task: StepTask;
  claim: StepClaim;
  attempt: number;
}

/** Where steps run. */
export interface StepPlaces {
  /** Waits for a place for one step. The time limit of the step begins afterwards. */
  take(): Promise<StepPlace>;
}

export interface StepPlace {
  /**
   * Runs a step until its outcome is recorded.
   *
   * @param signal As in {@link Executor.execute}; it also aborts with the step's time limit.
   * @throws What kept the outcome from being recorded.
   */
  run(step: ClaimedStep, signal: AbortSignal): Promise<StepOutcome>;
  /** Gives the place back, after its step. */
  release(): void;
}

/** Runs steps in this thread. */
export function inThisThread(around: EngineContext): StepPlaces {
  const here: StepPlace = {
    run: ({ task, claim, attempt }, signal) => runStep(new StepExecution(around, task, claim, attempt, signal)),
    release() {},
  };
  return { take: () => Promise.resolve(here) };
}
