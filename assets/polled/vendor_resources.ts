import { assetsWith } from "../../engine/mod.ts";
import type { MarketVendor, Universe } from "../../resources/market_data/mod.ts";
import type { SharedResources } from "../resources.ts";

/** External resources of assets that query a vendor call by call. `main.ts` provides them. */
export interface VendorResources extends SharedResources {
  vendor: MarketVendor;
  /** The followed instruments. */
  universe: Universe;
  /** First date of history. */
  historyFrom: string;
  /** Minutes after the close at which the vendor has a session's bars. */
  barsAfterCloseMinutes: number;
  /** First date of news; by default, thirty days ago. */
  newsFrom?: string;
}

export const { asset } = assetsWith<VendorResources>();
