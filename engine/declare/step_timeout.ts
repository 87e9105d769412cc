import { DefinitionError, StepTimeoutError } from "../errors.ts";

/** Longest timer of this platform: about 24 days. */
const longestTimeoutMs = 2 ** 31 - 1;

/** A signal that also aborts when the time is up; disposing of it stops the clock. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * Limits the time of a step, from its claim to its end, with all its attempts.
 *
 * @param signal What aborts the step otherwise.
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
 * What the work gives, or a rejection with the signal's reason as soon as it aborts; the work itself is not waited for then.
 *
 * Lets go of the signal in any case: that of a run outlives thousands of steps, and whatever listened to it would keep what
 * they gave in memory and make each further listener dearer.
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

/** @throws {DefinitionError} If no timer can wait so long, or not at all. */
export function checkTimeout(key: string, timeoutMs: number | undefined): void {
  if (timeoutMs === undefined || (Number.isSafeInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= longestTimeoutMs)) {
    return;
  }
  throw new DefinitionError(
    `The timeoutMs of "${key}" is ${timeoutMs}. Give it whole milliseconds, from 1 to ${longestTimeoutMs}.`,
  );
}
