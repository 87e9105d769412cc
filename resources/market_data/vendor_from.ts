import type { Clock } from "../clock.ts";
import type { Database, Logger } from "../database/mod.ts";
import { tokenBucket } from "../rate_limit/mod.ts";
import type { MarketVendor } from "./market_vendor.ts";
import { polygonVendor } from "./polygon/mod.ts";

/** Result of a call to the vendor. */
interface VendorCall {
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
function measuredFetch(
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

/** The part of the configuration that selects the vendor. */
export interface VendorSettings {
  marketData: string;
  polygonApiKey: string | undefined;
  polygonUrl: string;
  polygonCallsPerMinute: number;
}

/** Name of the rate limit that all processes share for the vendor's plan. */
const RATE_NAME = "polygon";

/**
 * The configured vendor; `null` if bars come from elsewhere. Its rate limit is in `database`, shared by all processes on it.
 *
 * @throws {RangeError} If the key is missing, which `readEnvironment` normally rejects earlier.
 */
export function vendorFrom(
  { marketData, polygonApiKey, polygonUrl, polygonCallsPerMinute }: VendorSettings,
  { database, clock, logger, onCall }: {
    database: Database;
    clock: Clock;
    logger?: Logger;
    /** Called after each call. */
    onCall?(call: VendorCall): void;
  },
): MarketVendor | null {
  if (marketData !== "polygon") return null;
  return polygonVendor({
    apiKey: polygonApiKey ?? "",
    baseUrl: polygonUrl,
    rateLimit: tokenBucket({ database, name: RATE_NAME, perMinute: polygonCallsPerMinute }),
    clock,
    logger,
    ...(onCall && { fetch: measuredFetch(globalThis.fetch, onCall) }),
  });
}
