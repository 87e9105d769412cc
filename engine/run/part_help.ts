import { messageOf, StepLostError } from "../errors.ts";
import { takeStepSnapshot } from "../judge/snapshot.ts";
import { PartitionSet } from "../partitions/mod.ts";
import { StepParts } from "../store/step_parts.ts";
import type { PartWork } from "../store/context.ts";
import { packPart } from "./part_bytes.ts";
import type { StepExecution } from "./step_execution.ts";

/** Marks the execution as help for the process that holds the step. */
export interface PartHelp extends Pick<PartWork, "reads"> {
  /** The helping process. */
  by: number;
}

/**
 * Makes parts of a step that another process holds, until none is left. Makes none if the step reads other versions than the
 * current latest ones. A failed part is left to the process that holds the step.
 */
export async function helpWithParts(step: StepExecution, { by, reads }: PartHelp): Promise<void> {
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
