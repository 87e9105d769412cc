import { RunNotRetryableError } from "../errors.ts";
import type { AssetGraph } from "../declare/graph.ts";
import type { StoredRun } from "../store/run_ledger.ts";
import type { Plan } from "../store/run_plan.ts";
import { isFinished, type RunStep, type StepStatus } from "../store/records.ts";

const undone: ReadonlySet<StepStatus> = new Set(["failed", "skipped", "cancelled"]);

/**
 * The plan to retry an unsuccessful run: its failed, skipped and cancelled steps, and those that depend on them. The versions
 * published by its other steps are read as they are, even if the run was forced.
 *
 * @throws {RunNotRetryableError} If the run has not ended, if all its steps succeeded, or if an asset no longer exists.
 */
export function retryPlan(run: StoredRun, graph: AssetGraph): Plan {
  if (!isFinished(run.status)) {
    throw new RunNotRetryableError(run.id, `it is ${run.status}. Wait for its end, or cancel it first.`);
  }
  const again = new Map<string, RunStep>();
  // Steps are in dependency order.
  for (const step of run.steps) {
    if (undone.has(step.status) || step.after.some((key) => again.has(key))) again.set(step.key, step);
  }
  if (again.size === 0) {
    throw new RunNotRetryableError(
      run.id,
      run.steps.length === 0
        ? "it had no steps, because nothing was stale."
        : "none of its steps failed. Materialize with force to make the same again.",
    );
  }
  const made = new Set([...again.keys()].flatMap((key) => producesOf(key, run.id, graph)));
  const steps = [...again.values()].map((step) => ({
    key: step.key,
    produces: producesOf(step.key, run.id, graph),
    after: step.after.filter((key) => again.has(key)),
    reasons: [
      { kind: "retried" as const, message: whyAgain(step, run.id), run: run.id },
      // Upstream assets outside this run are fresh by now, or not waited for.
      ...step.reasons.filter((reason) =>
        reason.kind !== "retried" && (reason.kind !== "upstream_stale" || made.has(reason.upstream))
      ),
    ],
    certain: true,
  }));
  return { selection: run.selection, force: run.force, range: run.range, steps, fresh: [], waiting: [], blocked: [] };
}

function producesOf(key: string, runId: number, graph: AssetGraph): readonly string[] {
  const producer = graph.producers.find((p) => p.key === key);
  if (producer) return producer.produces;
  throw new RunNotRetryableError(runId, `the asset "${key}" no longer exists. Materialize the current assets instead.`);
}

function whyAgain({ status }: RunStep, runId: number): string {
  if (status === "failed") return `failed in run ${runId}`;
  return undone.has(status) ? `was ${status} in run ${runId}` : `depends on steps that run ${runId} left undone`;
}
