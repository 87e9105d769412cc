import { assetsWith } from "../engine/mod.ts";
import type { SourceCalendar } from "../resources/exchange_calendar/mod.ts";
import type { MarketData } from "../resources/market_data/market_data.ts";
import type { ServiceProbe } from "../resources/service_probe.ts";
import type { TrialsByHand } from "../resources/trials_by_hand.ts";

/** Resources of assets for every source of bars. */
export interface SharedResources {
  /** Which dates can be sessions of the source of bars. */
  calendar: SourceCalendar;
  /** Identifies the bars, in a stable form: backtests on other bars are other trials. */
  barsOf?: string;
  /** How the service itself is; absent without a server, as in most tests. */
  serviceProbe?: ServiceProbe;
  /** Settings that were moved on pages; absent without a server, as in most tests. */
  trialsByHand?: TrialsByHand;
}

/** Outside resources of the functions of assets. `main.ts` fills it. */
export interface Resources extends SharedResources {
  marketData: MarketData;
}

export const { asset, assetOut } = assetsWith<Resources>();
