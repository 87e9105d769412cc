import type { RunEvent, RunStatus, StepStatus } from "../engine/mod.ts";

/** One asset published by a step. */
export interface Published {
  key: string;
  rows: number;
  added: number;
  removed: number;
}

/** Progress of one step. */
export interface StepProgress {
  readonly key: string;
  status: StepStatus;
  /** Milliseconds since 1970. */
  startedAt: number | null;
  finishedAt: number | null;
  /** Progress reported by the asset's function. */
  part: { done: number; total: number } | null;
  attempt: number;
  published: readonly Published[];
  error: string | null;
  skippedBecause: string | null;
}

const ENDED: ReadonlySet<StepStatus> = new Set(["succeeded", "up_to_date", "failed", "skipped", "cancelled"]);

/** Progress of a run, computed from its events. */
export class RunProgress {
  readonly steps = new Map<string, StepProgress>();
  status: RunStatus = "queued";
  /** Milliseconds since 1970. */
  startedAt: number | null = null;
  finishedAt: number | null = null;

  constructor(readonly runId: number, keys: readonly string[]) {
    for (const key of keys) this.#step(key);
  }

  /** Applies an event, and returns its step. */
  apply({ kind, key, at, data }: RunEvent): StepProgress | undefined {
    const time = Date.parse(at);
    if (key === null) {
      this.#applyToRun(kind, time, data);
      return undefined;
    }
    const step = this.#step(key);
    switch (kind) {
      case "step_started":
        Object.assign(step, {
          status: "running",
          startedAt: time,
          part: null,
          error: null,
          attempt: data.attempt ?? 1,
        });
        break;
      case "step_progress":
        step.part = data as { done: number; total: number };
        break;
      case "step_retry":
        Object.assign(step, { attempt: data.attempt, part: null, error: errorOf(data) });
        break;
      case "step_succeeded":
        step.published = data.outputs as Published[];
        step.error = null;
        this.#end(step, "succeeded", time);
        break;
      case "step_failed":
        step.error = errorOf(data);
        this.#end(step, "failed", time);
        break;
      case "step_skipped":
        step.skippedBecause = data.because as string;
        this.#end(step, "skipped", time);
        break;
      case "step_up_to_date":
        this.#end(step, "up_to_date", time);
        break;
      case "step_cancelled":
        this.#end(step, "cancelled", time);
        break;
      case "step_interrupted":
        step.status = "interrupted";
        break;
    }
    return step;
  }

  get running(): StepProgress[] {
    return [...this.steps.values()].filter((step) => step.status === "running");
  }

  get ended(): number {
    return [...this.steps.values()].filter((step) => ENDED.has(step.status)).length;
  }

  /** Ended steps, plus the reported fractions of running ones: from 0 to 1. */
  get fraction(): number {
    if (this.steps.size === 0) return 1;
    const parts = this.running.reduce((sum, step) => sum + fractionOf(step), 0);
    return (this.ended + parts) / this.steps.size;
  }

  #applyToRun(kind: RunEvent["kind"], time: number, data: Record<string, unknown>): void {
    switch (kind) {
      case "run_queued":
        for (const key of data.steps as string[]) this.#step(key);
        for (const { key, blockedBy } of (data.blocked ?? []) as { key: string; blockedBy: string }[]) {
          const step = this.#step(key);
          step.skippedBecause = blockedBy;
          this.#end(step, "skipped", time);
        }
        break;
      case "run_started":
      case "run_resumed":
        this.status = "running";
        this.startedAt ??= time;
        break;
      case "run_interrupted":
        this.status = "interrupted";
        break;
      case "run_finished":
        this.status = data.status as RunStatus;
        this.finishedAt = time;
        // Steps that never started are cancelled with the run, without an event of their own.
        for (const step of this.steps.values()) {
          if (!ENDED.has(step.status)) this.#end(step, "cancelled", time);
        }
        break;
    }
  }

  #end(step: StepProgress, status: StepStatus, time: number): void {
    step.status = status;
    step.finishedAt = time;
  }

  #step(key: string): StepProgress {
    let step = this.steps.get(key);
    if (!step) {
      step = {
        key,
        status: "pending",
        startedAt: null,
        finishedAt: null,
        part: null,
        attempt: 0,
        published: [],
        error: null,
        skippedBecause: null,
      };
      this.steps.set(key, step);
    }
    return step;
  }
}

/** The fraction reported by a step: from 0 to 1; 0 without a report. */
export function fractionOf({ part }: StepProgress): number {
  return part && part.total > 0 ? Math.min(1, Math.max(0, part.done / part.total)) : 0;
}

/** Milliseconds from the start of a step to its end or to `now`; `null` if it never started. */
export function tookMs(step: StepProgress, now: number): number | null {
  return step.startedAt === null ? null : Math.max(0, (step.finishedAt ?? now) - step.startedAt);
}

function errorOf(data: Record<string, unknown>): string {
  const { error } = data as { error?: { message?: string } };
  return error?.message ?? "no message";
}
