/**
 * For long loops: lets other requests have their turn where the loop has had the thread for so long, and costs nothing where it has not.
 *
 * @param milliseconds For how long the loop keeps the thread at most, but for what lies between two calls.
 * @returns To be called, and awaited, once a step of the loop.
 */
export function takingTurns(milliseconds = 15): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < milliseconds) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
}
