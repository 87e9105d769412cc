/** One answer, read to its end. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
}

export interface ExchangeOptions {
  fetch: typeof globalThis.fetch;
  headers: HeadersInit;
  /** For headers and body together: a body that trickles ends with it too. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** No whole answer came in time. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/**
 * Sends one request and reads its whole answer. Redirects are not followed: they would take the key to another host.
 *
 * @throws {TimeoutError} After `timeoutMs`.
 * @throws The reason of `signal` as soon as it aborts; otherwise what `fetch` throws.
 */
export async function exchange(
  url: string,
  { fetch, headers, timeoutMs, signal }: ExchangeOptions,
): Promise<Reply> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  // Raced and not only handed on: an abort must not wait for what the connection makes of it.
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
    // The one that lost the race may still fail, without a listener.
    reading.catch(() => {});
    ended.promise.catch(() => {});
  }
}
