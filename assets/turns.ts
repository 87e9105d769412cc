/**
 * For long loops: yields to other requests when the loop has used the thread for the given time, at no cost before.
 *
 * @param milliseconds Longest time before yielding, apart from the time between two calls.
 * @returns A function to await once per iteration.
 */
export function takingTurns(milliseconds = 15): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < milliseconds) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
}
