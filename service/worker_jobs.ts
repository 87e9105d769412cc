import type { PartWork, StepHelpers, StepTask } from "../engine/mod.ts";
import type { JobQueue } from "../resources/job_queue/mod.ts";

/** A request to a worker. */
export type WorkerJob = { kind: "step"; task: StepTask } | { kind: "parts"; work: PartWork };

/**
 * Job names differ between processes with different assets or settings, so that a worker never runs a step otherwise than its
 * server would.
 */
export function jobName(fingerprint: string, label: string | undefined): string {
  return ["tandem", fingerprint.slice(0, 16), ...(label === undefined ? [] : [label])].join(":");
}

/** Requests help from other workers with a worker's steps. @param labelOf The label of an asset's step. */
export function helpersBy(
  queue: JobQueue,
  { fingerprint, labelOf }: { fingerprint: string; labelOf(key: string): string | undefined },
): StepHelpers {
  const keys = ({ task: { runId, key } }: PartWork, count: number) =>
    Array.from({ length: count }, (_, n) => `${runId} ${key} part ${n}`);
  return {
    async ask(work, count) {
      const { key, priority } = work.task;
      const job: WorkerJob = { kind: "parts", work };
      const name = jobName(fingerprint, labelOf(key));
      await queue.add(keys(work, count).map((key) => ({ name, key, payload: job, priority })));
    },
    dismiss: (work, count) => queue.remove(keys(work, count)),
  };
}
