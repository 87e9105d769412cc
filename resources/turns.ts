/** Resolves when the present work that is not to be disturbed has ended; `undefined` without any. */
let undisturbed: Promise<void> | undefined;

/** The longest that computations wait for such work: it might wait for one of them. */
const longestWaitMs = 1_000;

/**
 * Lets the other work of this thread have a turn, in the middle of a long computation. While {@link holdTurns} is in force it waits
 * longer, so that transactions of the embedded database, which keep everyone from it, do not last as long as computations between
 * their statements.
 */
export async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  if (!undisturbed) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([undisturbed, new Promise((resolve) => timer = setTimeout(resolve, longestWaitMs))]);
  clearTimeout(timer);
}

/** Holds computations of this thread in {@link nextTurn} until the returned function is called. */
export function holdTurns(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  undisturbed = promise;
  return () => {
    if (undisturbed === promise) undisturbed = undefined;
    resolve();
  };
}

/**
 * For long loops: yields to other work when the loop has used the thread for the given time, at no cost before.
 *
 * @param milliseconds Longest time before yielding, apart from the time between two calls.
 * @returns A function to await once per iteration.
 */
export function takingTurns(milliseconds = 15): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < milliseconds) return;
    await nextTurn();
    since = performance.now();
  };
}
