/** A response with its complete body. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
}

export interface ExchangeOptions {
  fetch: typeof globalThis.fetch;
  headers: HeadersInit;
  /** For headers and body together, so that a slow body ends too. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** The response was not complete in time. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/**
 * Sends one request and reads the whole response. Does not follow redirects, which would send the key to another host.
 *
 * @throws {TimeoutError} After `timeoutMs`.
 * @throws The reason of `signal` as soon as it aborts; otherwise the error of `fetch`.
 */
export async function exchange(
  url: string,
  { fetch, headers, timeoutMs, signal }: ExchangeOptions,
): Promise<Reply> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  // Raced in addition to being passed on: an abort must not wait for the connection to react.
  const ended = Promise.withResolvers<never>();
  const end = (reason: unknown) => {
    ending.abort(reason);
    ended.reject(reason);
  };
  const onAbort = () => end(signal!.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => end(new TimeoutError(`no whole answer within ${timeoutMs / 1000} s`)), timeoutMs);
  const reading = (async () => {
    const response = await fetch(url, { headers, redirect: "manual", signal: ending.signal });
    return { status: response.status, headers: response.headers, text: await response.text() };
  })();
  try {
    return await Promise.race([reading, ended.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    // The loser of the race may still reject, without a listener.
    reading.catch(() => {});
    ended.promise.catch(() => {});
  }
}
