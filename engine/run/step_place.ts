import type { EngineContext, PartWork } from "../store/context.ts";
import type { Reading, StepOutcome, StepTask } from "../store/records.ts";
import type { StepClaim } from "../store/step_ledger.ts";
import { StepExecution } from "./step_execution.ts";
import { runStep } from "./step_runner.ts";
import { messageOf, StepLostError } from "../errors.ts";
import { takeStepSnapshot } from "../judge/snapshot.ts";
import { PartitionSet } from "../partitions/mod.ts";
import { StepParts, type TakenPart } from "../store/step_parts.ts";
import { packPart } from "./part_bytes.ts";
import { BlockHelp } from "./step_blocks.ts";

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

/** Makes parts of a step that another process holds, until none is left. */
async function helpWithParts(step: StepExecution, { by, reads }: PartHelp): Promise<void> {
  const { runId, key } = step.task;
  const shared = { runId, key, attempt: step.claimedAttempt };
  const store = new StepParts(step.around.database);
  const make = reads ? await partitionMaker(step, reads) : blockMaker(step, (number) => store.input(shared, number));
  if (!make) return;
  for (let parts = 0;; parts++) {
    if (step.signal.aborted) throw step.signal.reason;
    const taken = await store.take(shared, { by, holds: false });
    if (!taken) {
      if (parts > 0) step.logger.info(`Parts made for process ${step.claim.processId}: ${parts}.`);
      return;
    }
    try {
      if (!await store.handIn(shared, { part: taken.part, by, data: await make(taken) })) {
        throw new StepLostError(key, runId);
      }
    } catch (error) {
      if (step.signal.aborted || error instanceof StepLostError) throw error;
      step.logger.warn(`A part is left to the process that holds the step: ${messageOf(error)}`);
      await store.giveBack(shared, by);
    }
  }
}

/** Makes a part, and returns its result as bytes. */
type MakePart = (taken: TakenPart) => Promise<Uint8Array>;

/** Makes partitions; `undefined` if the step reads other versions than the current latest ones. */
async function partitionMaker(
  step: StepExecution,
  reads: NonNullable<PartHelp["reads"]>,
): Promise<MakePart | undefined> {
  const snapshot = await step.orAborted(takeStepSnapshot(step.around, step.task));
  if (reads.some(([key, read]) => (snapshot.latest.get(key)?.materialization ?? 0) !== read)) return undefined;
  const { space } = snapshot.partitions.get(step.task.key)!;
  return async (taken) => {
    if (taken.block) throw new TypeError("Expected partitions, got a block.");
    const partitions = PartitionSet.fromRectangles(space, taken.partitions);
    const settled = PartitionSet.fromRectangles(space, taken.settled);
    return packPart(await step.make(snapshot, { partitions, settled }, () => {}));
  };
}

/** Computes blocks. */
function blockMaker(step: StepExecution, input: (computation: number) => Promise<Uint8Array | undefined>): MakePart {
  const help = new BlockHelp(step, input);
  return (taken) => {
    if (!taken.block) throw new TypeError("Expected a block, got partitions.");
    return step.orAborted(help.compute(taken));
  };
}
