import { fixedClock } from "../../resources/clock.ts";
import type { MarketVendor } from "../../resources/market_data/mod.ts";
import { type PolygonOptions, polygonVendor } from "../../resources/market_data/polygon/mod.ts";
import { unlimitedRate } from "../../resources/rate_limit/mod.ts";
import { startVendor, type VendorDouble, type VendorOptions } from "./vendor/mod.ts";

/** A client with its double, and a record of its activity. */
export interface Counterparts {
  vendor: VendorDouble;
  client: MarketVendor;
  /** Pauses between retries, in milliseconds; none was actually waited for. */
  pauses: number[];
  /** The client's log. */
  lines: string[];
}

/** Runs `test` with a client and its own double. The client's pauses take no time, and its jitter is always half. */
export async function withVendor(
  test: (counterparts: Counterparts) => Promise<void>,
  { client = {}, ...options }: VendorOptions & { client?: Partial<PolygonOptions> } = {},
): Promise<void> {
  await using vendor = await startVendor(options);
  const pauses: number[] = [];
  const lines: string[] = [];
  const made = polygonVendor({
    apiKey: vendor.apiKey,
    baseUrl: vendor.url,
    rateLimit: unlimitedRate,
    clock: fixedClock(vendor.market.now),
    logger: { warn: (message, details) => lines.push(message + JSON.stringify(details ?? {})) },
    random: () => 0.5,
    pause(ms, signal) {
      pauses.push(ms);
      return signal?.aborted ? Promise.reject(signal.reason) : Promise.resolve();
    },
    ...client,
  });
  await test({ vendor, client: made, pauses, lines });
}
