import { assetsWith } from "../../engine/mod.ts";
import type { MarketVendor, Universe } from "../../resources/market_data/mod.ts";
import type { SharedResources } from "../resources.ts";

/** Outside resources of the functions of assets that query a vendor call by call. `main.ts` fills it. */
export interface VendorResources extends SharedResources {
  vendor: MarketVendor;
  /** The instruments that are followed. */
  universe: Universe;
  /** First date of the history to get. */
  historyFrom: string;
  /** Minutes after the close from which on the vendor has a session's bars. */
  barsAfterCloseMinutes: number;
  /** First date of the news to get; thirty days back from now where it is left out. */
  newsFrom?: string;
}

export const { asset } = assetsWith<VendorResources>();
