import type { ExposureLimit } from "../../quant/mod.ts";
import type { TradingConfig } from "./trading_config.ts";

type LimitSettings = Pick<TradingConfig, "maxGrossExposure" | "maxTickerShare" | "maxSectorShare" | "sectors">;

/** Kinds of exposure limits. */
export const limitKinds = ["ticker", "sector"] as const;
export type LimitKind = typeof limitKinds[number];

/** An exposure limit with its kind. */
export interface NamedLimit extends ExposureLimit {
  kind: LimitKind;
}

/** The configured limits, in the order of their application. */
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

/** Returns the sector of a ticker: from the settings, else its group; `null` if neither is known. */
export function sectorsOf(
  { sectors }: Pick<LimitSettings, "sectors">,
  groups: readonly { ticker: string; group: string }[],
): (ticker: string) => string | null {
  const known = new Map(groups.map(({ ticker, group }) => [ticker, group]));
  return (ticker) => Object.hasOwn(sectors, ticker) ? sectors[ticker]! : known.get(ticker) ?? null;
}

/** Settings of limits that decide what is traded. Unset ones are not part of a trial. */
export function limitSettings(
  { maxTickerShare, maxSectorShare, sectors }: Omit<LimitSettings, "maxGrossExposure">,
): Record<string, unknown> {
  return {
    ...maxTickerShare !== null && { maxTickerShare },
    ...maxSectorShare !== null && { maxSectorShare, sectors },
  };
}
