import type { StepOutcome, StepTask } from "../store/records.ts";

/** Where steps are executed: in this process, or by workers. A task says everything, and the outcome is in the database. */
export interface Executor {
  /**
   * Executes a step to its end. Resolves when its outcome is recorded; rejects only when nothing could be recorded.
   *
   * @param signal Aborts the step: with {@link Cancelled} it ends as cancelled, with {@link ShuttingDown} it is handed back.
   * @param begin Keeps the step from beginning, and leaves it alone once it has: it aborts with `signal` or before it.
   */
  execute(task: StepTask, signal: AbortSignal, begin?: AbortSignal): Promise<StepOutcome>;
  /** In words, what a step waits for that could begin otherwise; `undefined` if for nothing outside this process. */
  waitsFor?(): string | undefined;
}

/** Abort reason: the run was cancelled. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  constructor() {
    super("The run was cancelled.");
  }
}

/** Abort reason: this process ends; what it was doing is to be taken up by the next one. */
export class ShuttingDown extends Error {
  override readonly name = "ShuttingDown";
  constructor() {
    super("The process is shutting down.");
  }
}

/** The outcome of a step that never began. */
export function goneBy(signal: AbortSignal): StepOutcome {
  return signal.reason instanceof Cancelled ? "cancelled" : "lost";
}

/** Lets at most `limit` functions run at a time; of the others those of higher priority go first, then who came first. */
export function limited(limit: number): <T>(work: () => Promise<T>, priority?: number) => Promise<T> {
  let running = 0;
  const waiting: { priority: number; go: () => void }[] = [];
  return async (work, priority = 0) => {
    if (running >= limit) {
      await new Promise<void>((go) => {
        // Most have the priority of the last one.
        const before = waiting.findLastIndex((other) => other.priority >= priority);
        waiting.splice(before + 1, 0, { priority, go });
      });
    } else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The place passes on to the next in line without becoming free in between.
      if (next) next.go();
      else running--;
    }
  };
}
