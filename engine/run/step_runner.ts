import { readingOf } from "../judge/reading.ts";
import { type Snapshot, takeStepSnapshot } from "../judge/snapshot.ts";
import type { NewCheckResult } from "../store/check_ledger.ts";
import { isDatabaseTrouble } from "../store/database_trouble.ts";
import type { StepOutcome } from "../store/records.ts";
import { timeoutOf } from "../declare/step_timeout.ts";
import {
  CheckFailedError,
  isFatal,
  PartitionsFailedError,
  recordOfError,
  StepFailedError,
  StepLostError,
} from "../errors.ts";
import { ShuttingDown } from "./executor.ts";
import { makePartitions } from "./partition_step.ts";
import type { StepExecution } from "./step_execution.ts";

/** Runs a claimed step, from its inputs to its recorded end. @throws If the database fails. */
export async function runStep(step: StepExecution): Promise<StepOutcome> {
  try {
    const snapshot = await step.orAborted(takeStepSnapshot(step.around, step.task));
    step.reading = readingOf(step.producer, snapshot.present.get(step.task.key)!, snapshot.latest);
    const failed = await failedUpstream(step, snapshot);
    if (failed !== undefined) return await step.skip(failed);
    return await makePartitions(step, snapshot);
  } catch (error) {
    return await endStep(step, error);
  }
}

/**
 * The step of this run that failed and left an upstream asset without any version. A step with only some failed partitions does not
 * count.
 */
async function failedUpstream(step: StepExecution, snapshot: Snapshot): Promise<string | undefined> {
  const unmet = step.unmetUpstream(snapshot);
  if (unmet === undefined) return undefined;
  const { graph, ledger } = step.around;
  const { key } = graph.producerOf(unmet);
  const steps = await step.orAborted(ledger.runs.steps(step.task.runId));
  return steps.some((other) => other.key === key && other.status === "failed") ? key : undefined;
}

/** Records the end of an unsuccessful step. @throws If the database fails, which is no failure of the step. */
export async function endStep(step: StepExecution, thrown: unknown): Promise<StepOutcome> {
  const { around: { ledger }, claim, signal, reading } = step;
  const late = thrown instanceof StepLostError ? undefined : timeoutOf(signal);
  const error = late ?? thrown;
  await step.silence();
  if (!signal.aborted && isDatabaseTrouble(error)) throw error;
  if (signal.reason instanceof ShuttingDown || error instanceof StepLostError) {
    // Cancelled by another process, before the signal arrived here.
    if (error instanceof StepLostError && await ledger.steps.end(claim, { status: "cancelled" })) return "cancelled";
    return "lost";
  }
  if (signal.aborted && !late) {
    return await ledger.steps.end(claim, { status: "cancelled", reading }) ? "cancelled" : "lost";
  }
  const failure = new StepFailedError(step.task.key, step.task.runId, error);
  step.logger.error(failure.message, { stack: error instanceof Error ? error.stack : undefined });
  const partial = error instanceof PartitionsFailedError && !error.fatal;
  const recorded = await ledger.steps.end(claim, {
    status: "failed",
    error: {
      ...recordOfError(error),
      ...(partial && { partial }),
      ...(isFatal(error) && { fatal: true }),
    },
    reading,
    ...(error instanceof CheckFailedError && "results" in error && {
      checks: error.results as NewCheckResult[],
      // Downstream assets of a single partition wait until its inputs change.
      rejected: step.producer.recipe.partitionsDef === undefined,
    }),
  });
  return !recorded ? "lost" : partial ? "partly_failed" : "failed";
}
