import type { ExposureLimit } from "../../quant/mod.ts";
import type { TradingConfig } from "./trading_config.ts";

/** Settings that limit what a portfolio holds. */
type LimitSettings = Pick<TradingConfig, "maxGrossExposure" | "maxTickerShare" | "maxSectorShare" | "sectors">;

/** What a limit is of. */
export const limitKinds = ["ticker", "sector"] as const;
export type LimitKind = typeof limitKinds[number];

/** A limit by what it is of. */
export interface NamedLimit extends ExposureLimit {
  kind: LimitKind;
}

/** The limits that are set, in the order in which they are kept. */
export function exposureLimits(
  { maxGrossExposure, maxTickerShare, maxSectorShare }: LimitSettings,
  sectorOf: (ticker: string) => string | null,
): NamedLimit[] {
  const limits: NamedLimit[] = [];
  if (maxTickerShare !== null) {
    limits.push({ kind: "ticker", limit: maxTickerShare * maxGrossExposure, groupOf: (ticker) => ticker });
  }
  if (maxSectorShare !== null) {
    limits.push({ kind: "sector", limit: maxSectorShare * maxGrossExposure, groupOf: sectorOf });
  }
  return limits;
}

/** The sector of a ticker: that of the settings, or else its group; `null` where neither is known. */
export function sectorsOf(
  { sectors }: Pick<LimitSettings, "sectors">,
  groups: readonly { ticker: string; group: string }[],
): (ticker: string) => string | null {
  const known = new Map(groups.map(({ ticker, group }) => [ticker, group]));
  return (ticker) => Object.hasOwn(sectors, ticker) ? sectors[ticker]! : known.get(ticker) ?? null;
}

/** Settings of limits that decide what is traded: those that are not set are no part of a trial. */
export function limitSettings(
  { maxTickerShare, maxSectorShare, sectors }: Omit<LimitSettings, "maxGrossExposure">,
): Record<string, unknown> {
  return {
    ...maxTickerShare !== null && { maxTickerShare },
    ...maxSectorShare !== null && { maxSectorShare, sectors },
  };
}
