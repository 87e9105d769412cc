/** Result of a call to the vendor. */
export interface VendorCall {
  /** Kind of the call; one of a few words. */
  kind: string;
  /** Status of the response, or `error` without one. */
  status: string;
  /** Time to the start of the response. */
  seconds: number;
}

/** Kinds of calls by path; the rest of a path has parameters. */
const kinds: readonly [kind: string, path: RegExp][] = [
  ["grouped_bars", /^\/v2\/aggs\/grouped\//],
  ["bars", /^\/v2\/aggs\/ticker\//],
  ["ticker_details", /^\/v3\/reference\/tickers\/./],
  ["tickers", /^\/v3\/reference\/tickers\/?$/],
  ["splits", /\/splits\/?$/],
  ["dividends", /\/dividends\/?$/],
  ["news", /^\/v2\/reference\/news/],
  ["holidays", /^\/v1\/marketstatus\//],
];

/** A `fetch` that reports each call to `observe`. */
export function measuredFetch(
  fetch: typeof globalThis.fetch,
  observe: (call: VendorCall) => void,
): typeof globalThis.fetch {
  return async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const kind = kinds.find(([, path]) => path.test(pathname))?.[0] ?? "other";
    const begunAt = performance.now();
    const tell = (status: string) => observe({ kind, status, seconds: (performance.now() - begunAt) / 1_000 });
    try {
      const response = await fetch(input, init);
      tell(String(response.status));
      return response;
    } catch (error) {
      tell("error");
      throw error;
    }
  };
}
