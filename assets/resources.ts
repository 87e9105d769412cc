import { assetsWith } from "../engine/mod.ts";
import type { MarketData } from "../resources/market_data/market_data.ts";

/** What the functions of assets may use of the outside world. `main.ts` fills it. */
export interface Resources {
  marketData: MarketData;
}

export const { asset, byproduct } = assetsWith<Resources>();
