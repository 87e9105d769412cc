import { OldError } from "./old_errors.ts";

/** Runs heavy work one at a time, in order. */
export type Turnstile = <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

/**
 * A turnstile with at most `maxWaiting` waiting calls, to limit the memory that they hold.
 *
 * Work whose signal aborts while it waits is not started.
 *
 * @throws {OldError} 503 if too many are waiting already.
 */
export function turnstile({ maxWaiting }: { maxWaiting: number }): Turnstile {
  let last = Promise.resolve();
  let waiting = 0;
  return async (signal, work) => {
    if (waiting > maxWaiting) {
      throw new OldError(503, `${maxWaiting} requests are already waiting. Try again later.`, {
        "Retry-After": "30",
      });
    }
    const before = last;
    const done = Promise.withResolvers<void>();
    last = done.promise;
    waiting++;
    try {
      await before;
      signal.throwIfAborted();
      return await work();
    } finally {
      waiting--;
      done.resolve();
    }
  };
}
