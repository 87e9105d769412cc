import { spreadForecasts } from "../../assets/forecasts/spread_forecasts.ts";
import { type AssetTables, type ChainConfig, runChain } from "./asset_chain.ts";
import type { RawBar } from "./bars.ts";
import { groupedMarket } from "./grouped_market.ts";

/** Four windows in 260 sessions, the last one incomplete. */
export const forecastWindows: ChainConfig = { formation_pairs: { formationSessions: 120, tradingSessions: 40 } };

/** Bars of {@link forecastWindows}. */
export const forecastMarket: readonly RawBar[] = groupedMarket(260);

/** The chain from bars to forecasts on short windows. */
export function forecastChain(
  config: ChainConfig = {},
  { target = spreadForecasts, bars = forecastMarket }: {
    target?: Parameters<typeof runChain>[0];
    bars?: readonly RawBar[];
  } = {},
): Promise<AssetTables> {
  return runChain(target, { bars, config: { ...forecastWindows, ...config } });
}
