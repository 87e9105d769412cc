import { assetsWith } from "../engine/mod.ts";
import type { SourceCalendar } from "../resources/exchange_calendar/mod.ts";
import type { MarketData } from "../resources/market_data/market_data.ts";
import type { ServiceProbe } from "../resources/service_probe.ts";
import type { TrialsByHand } from "../resources/trials_by_hand.ts";

/** Resources of assets, for every source of bars. */
export interface SharedResources {
  /** The calendar of possible sessions of the source. */
  calendar: SourceCalendar;
  /** Identifies the bars across runs: backtests on other bars are other trials. */
  barsOf?: string;
  /** Measures the health of the service; absent without a server, as in most tests. */
  serviceProbe?: ServiceProbe;
  /** Settings changed on pages; absent without a server, as in most tests. */
  trialsByHand?: TrialsByHand;
}

/** External resources of assets. `main.ts` provides them. */
export interface Resources extends SharedResources {
  marketData: MarketData;
}

export const { asset, assetOut } = assetsWith<Resources>();
