import type { Clock } from "../clock.ts";
import type { Database, Logger } from "../database/mod.ts";
import { tokenBucket } from "../rate_limit/mod.ts";
import type { MarketVendor } from "./market_vendor.ts";
import { measuredFetch, type VendorCall } from "./measured_fetch.ts";
import { polygonVendor } from "./polygon/mod.ts";

/** What of the configuration says whether there is a vendor, and which. */
export interface VendorSettings {
  marketData: string;
  polygonApiKey: string | undefined;
  polygonUrl: string;
  polygonCallsPerMinute: number;
}

/** The rate under which all processes share the vendor's plan. */
const RATE_NAME = "polygon";

/**
 * The vendor that the configuration names, or `null` where bars come from elsewhere. Its rate is kept in `database`, in common with
 * all processes on it.
 *
 * @throws {RangeError} If the key is missing, which `readEnvironment` has refused before.
 */
export function vendorFrom(
  { marketData, polygonApiKey, polygonUrl, polygonCallsPerMinute }: VendorSettings,
  { database, clock, logger, onCall }: {
    database: Database;
    clock: Clock;
    logger?: Logger;
    /** Told of each call. */
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
