import { bidAskSpread, medianDollarVolume, shareWithoutTrade } from "../../quant/mod.ts";
import type { TradedBars, TradedLeg } from "./traded_bars.ts";

/** How easily a ticker was traded in some sessions, from its first bar among them on. */
export interface TickerTradability {
  /** USD as traded, of its last bar. */
  price: number;
  /** USD as traded: of shares that cost less a tick is a larger part. */
  lowestPrice: number;
  /** Median USD a session; `null` where volumes are not known, as the next one. */
  dollarVolume: number | null;
  /** Share of the sessions, 0 to 1. */
  withoutTrade: number | null;
  /** Bid–ask spread as a share of the price (Abdi and Ranaldo); `null` where highs or lows are not known. */
  spread: number | null;
}

/**
 * How easily each ticker was traded in the sessions [start, end), by nothing of any other session. Tickers without a close in these
 * sessions are left out.
 *
 * A session without a bar, or with a volume of 0, is one without a trade. A bar without a volume says nothing and does not count; and
 * where no ticker has a volume above 0, the zeros are those of a source that has no volumes.
 *
 * Cost: O(n log n) for n sessions of each ticker.
 */
export function tradabilityWithin({ legs }: TradedBars, start: number, end: number): Map<string, TickerTradability> {
  const volumesKnown = legs.values().some(({ volume }) => volume.subarray(start, end).some((value) => value > 0));
  const found = new Map<string, TickerTradability>();
  for (const [ticker, leg] of legs) {
    const first = leg.close.findIndex((close, t) => t >= start && t < end && close > 0);
    if (first < 0) continue;
    const closes = leg.close.subarray(first, end);
    found.set(ticker, {
      price: closes.findLast((close) => close > 0)!,
      lowestPrice: closes.reduce((least, close) => close > 0 ? Math.min(least, close) : least, Infinity),
      ...volumesKnown ? liquidityOf(closes, leg.volume.subarray(first, end)) : unknownLiquidity,
      spread: spreadOf(leg, first, end),
    });
  }
  return found;
}

const unknownLiquidity = { dollarVolume: null, withoutTrade: null };

function liquidityOf(closes: Float64Array, volumes: Float64Array) {
  const isKnown = (close: number, t: number) => Number.isNaN(close) || !Number.isNaN(volumes[t]!);
  const close = closes.filter(isKnown);
  const volume = volumes.filter((_, t) => isKnown(closes[t]!, t));
  if (volume.every(Number.isNaN)) return unknownLiquidity;
  return { dollarVolume: medianDollarVolume(close, volume), withoutTrade: shareWithoutTrade(close, volume) };
}

/** Of prices in the shares of the last session: a split is no move. */
function spreadOf({ high, low, close, split }: TradedLeg, first: number, end: number): number | null {
  const factors = new Float64Array(end - first);
  let shares = 1;
  for (let t = end - 1; t >= first; t--) {
    factors[t - first] = shares;
    shares *= split[t]!;
  }
  const adjusted = (prices: Float64Array) => prices.subarray(first, end).map((price, t) => price / factors[t]!);
  const spread = bidAskSpread({ high: adjusted(high), low: adjusted(low), close: adjusted(close) });
  return Number.isNaN(spread) ? null : spread;
}
