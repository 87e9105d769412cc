import { DefinitionError, StepTimeoutError } from "../errors.ts";

/** Longest timer of this platform: about 24 days. */
const longestTimeoutMs = 2 ** 31 - 1;

/** A signal that also aborts after a timeout; disposing of it clears the timer. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * Limits the time of a step, from its claim to its end, with all its attempts.
 *
 * @param signal Other reasons to abort the step.
 * @returns A signal that aborts with a {@link StepTimeoutError} after `timeoutMs`; without one, `signal` itself.
 */
export function timeLimit(key: string, timeoutMs: number | undefined, signal: AbortSignal): TimeLimit {
  if (timeoutMs === undefined) return { signal, [Symbol.dispose]() {} };
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new StepTimeoutError(key, timeoutMs)), timeoutMs);
  return { signal: AbortSignal.any([signal, late.signal]), [Symbol.dispose]: () => clearTimeout(timer) };
}

/** The error of a timed-out step, whatever its function throws on the abort. */
export function timeoutOf(signal: AbortSignal): StepTimeoutError | undefined {
  return signal.aborted && signal.reason instanceof StepTimeoutError ? signal.reason : undefined;
}

/**
 * The result of the work, or a rejection with the signal's reason as soon as it aborts; the work is not awaited after that.
 *
 * Always removes its listener: the signal of a run outlives thousands of steps, and each listener left on it would keep a result in
 * memory and slow down further ones.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** @throws {DefinitionError} If the timeout is not a positive integer, or exceeds the longest timer. */
export function checkTimeout(key: string, timeoutMs: number | undefined): void {
  if (timeoutMs === undefined || (Number.isSafeInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= longestTimeoutMs)) {
    return;
  }
  throw new DefinitionError(
    `The timeoutMs of "${key}" is ${timeoutMs}. Give it whole milliseconds, from 1 to ${longestTimeoutMs}.`,
  );
}
