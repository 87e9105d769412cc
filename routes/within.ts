/** Result of the promise within a time, or `undefined` if it takes longer; it is not cancelled. */
export async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  try {
    return await Promise.race([promise, late.then(() => undefined)]);
  } finally {
    clearTimeout(timer);
  }
}
