import type { Clock } from "../clock.ts";
import type { Database, Logger } from "../database/mod.ts";
import { tokenBucket } from "../rate_limit/mod.ts";
import type { MarketVendor } from "./market_vendor.ts";
import { measuredFetch, type VendorCall } from "./measured_fetch.ts";
import { polygonVendor } from "./polygon/mod.ts";

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
