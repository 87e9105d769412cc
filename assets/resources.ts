import { assetsWith } from "../engine/mod.ts";
import type { MarketData } from "../resources/market_data/market_data.ts";
import type { ServiceProbe } from "../resources/service_probe.ts";

/** What assets may use wherever bars come from. */
export interface SharedResources {
  /** How the service itself is; absent where nobody serves, as in most tests. */
  serviceProbe?: ServiceProbe;
}

/** What the functions of assets may use of the outside world. `main.ts` fills it. */
export interface Resources extends SharedResources {
  marketData: MarketData;
}

export const { asset, byproduct } = assetsWith<Resources>();
