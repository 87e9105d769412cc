import { type Metadata, table } from "../../engine/mod.ts";
import { limitKinds } from "./exposure_limits.ts";
import type { LimitedPortfolio } from "./portfolio_rows.ts";
import type { TradedPair } from "./traded_pair.ts";
import type { TradingConfig } from "./trading_config.ts";

/**
 * Metadata of `portfolio_daily` about exposure limits: their values, the number of tickers without a sector, and the sessions
 * with lowered weights. Empty without limits.
 */
export function limitMetadata(
  { maxTickerShare, maxSectorShare }: Pick<TradingConfig, "maxTickerShare" | "maxSectorShare">,
  { pairs, sectorOf, limited }: {
    pairs: readonly Pick<TradedPair, "ticker_1" | "ticker_2">[];
    sectorOf: (ticker: string) => string | null;
    limited: readonly LimitedPortfolio[];
  },
): Metadata {
  if (maxTickerShare === null && maxSectorShare === null) return {};
  const tickers = new Set(pairs.flatMap(({ ticker_1, ticker_2 }) => [ticker_1, ticker_2]));
  return {
    ...maxTickerShare !== null && { max_ticker_share: maxTickerShare },
    ...maxSectorShare !== null && {
      max_sector_share: maxSectorShare,
      tickers_traded: tickers.size,
      tickers_without_sector: [...tickers].filter((ticker) => sectorOf(ticker) === null).length,
    },
    limited_sessions: table(
      ["strategy", "costs", "cost_bps", "weighting", ...limitKinds],
      limited.map(({ strategy, costs, cost_bps, weighting, sessions }) => [
        strategy,
        costs,
        cost_bps,
        weighting,
        ...limitKinds.map((kind) => sessions.get(kind) ?? null),
      ]),
    ),
  };
}
