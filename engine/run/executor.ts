import type { StepOutcome, StepTask } from "../store/records.ts";

/** Executes steps, in this process or by workers. A task is self-contained, and its outcome is recorded in the database. */
export interface Executor {
  /**
   * Executes a step to its end. Resolves when its outcome is recorded; rejects only if nothing could be recorded.
   *
   * @param signal Aborts the step: with {@link Cancelled} it ends as cancelled, with {@link ShuttingDown} it is handed back.
   * @param begin Prevents the start of the step, and has no effect after it; aborts with `signal` or earlier.
   */
  execute(task: StepTask, signal: AbortSignal, begin?: AbortSignal): Promise<StepOutcome>;
  /** The external condition that keeps a ready step from starting, in words; `undefined` for none. */
  waitsFor?(key: string): string | undefined;
}

/** Abort reason: the run was cancelled. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  constructor() {
    super("The run was cancelled.");
  }
}

/** Abort reason: this process shuts down, and another one is to continue the work. */
export class ShuttingDown extends Error {
  override readonly name = "ShuttingDown";
  constructor() {
    super("The process is shutting down.");
  }
}

/** The outcome of a step that never started. */
export function outcomeUnlessBegun(signal: AbortSignal): StepOutcome {
  return signal.reason instanceof Cancelled ? "cancelled" : "lost";
}

/**
 * Runs at most `limit` functions at a time; the others wait by priority, then in order of arrival.
 *
 * @param mayJoin Whether a function may begin beside running ones. Asked when one arrives or ends.
 */
export function limited(
  limit: number,
  mayJoin: () => boolean = () => true,
): <T>(work: () => Promise<T>, priority?: number) => Promise<T> {
  let running = 0;
  const waiting: { priority: number; go: () => void }[] = [];
  const isFree = () => running === 0 || (running < limit && mayJoin());
  return async (work, priority = 0) => {
    if (waiting.length > 0 || !isFree()) {
      await new Promise<void>((go) => {
        // Most have the priority of the last one.
        const before = waiting.findLastIndex((other) => other.priority >= priority);
        waiting.splice(before + 1, 0, { priority, go });
      });
    } else running++;
    try {
      return await work();
    } finally {
      running--;
      while (waiting.length > 0 && isFree()) {
        // Counted here: nothing that arrives before it goes on may take its place.
        running++;
        waiting.shift()!.go();
      }
    }
  };
}
