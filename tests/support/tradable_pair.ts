import type { PairTradability } from "../../assets/pairs/tradability_criteria.ts";

/** Columns of a pair with very liquid legs. */
export const tradablePair: PairTradability = {
  price_1: 58.9,
  price_2: 127.8,
  lowest_price: 50,
  dollar_volume_1: 40_000_000,
  dollar_volume_2: 25_000_000,
  share_without_trade: 0,
  spread_bps_1: 4,
  spread_bps_2: 6,
  max_notional: 480_000,
};
