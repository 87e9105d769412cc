import { assetsWith } from "../engine/mod.ts";
import type { SourceCalendar } from "../resources/exchange_calendar/mod.ts";
import type { MarketData } from "../resources/market_data/market_data.ts";
import type { ServiceProbe } from "../resources/service_probe.ts";

/** What assets may use wherever bars come from. */
export interface SharedResources {
  /** Which dates can be sessions of the source of bars. */
  calendar: SourceCalendar;
  /** What the bars are of, in words that stay the same: backtests on other bars are other trials. */
  barsOf?: string;
  /** How the service itself is; absent without a server, as in most tests. */
  serviceProbe?: ServiceProbe;
}

/** What the functions of assets may use of the outside world. `main.ts` fills it. */
export interface Resources extends SharedResources {
  marketData: MarketData;
}

export const { asset, assetOut } = assetsWith<Resources>();
