import { bidAskSpread, medianDollarVolume, shareWithoutTrade } from "../../quant/mod.ts";
import type { TradedBars, TradedLeg } from "./traded_bars.ts";

/** Tradability of a ticker in some sessions, from its first bar among them on. */
export interface TickerTradability {
  /** USD as traded, of its last bar. */
  price: number;
  /** Lowest close, USD as traded: at low prices, a tick is a larger share of the price. */
  lowestPrice: number;
  /** Median USD a session; `null` if volumes are unknown, as for `withoutTrade`. */
  dollarVolume: number | null;
  /** Share of sessions without a trade, 0 to 1. */
  withoutTrade: number | null;
  /** Bid–ask spread as a share of the price (Abdi and Ranaldo); `null` if highs or lows are unknown. */
  spread: number | null;
}

/**
 * Tradability of each ticker in sessions [start, end), from these sessions only. Tickers without a close in them are omitted.
 *
 * A session without a bar, or with a volume of 0, has no trade. Bars without a volume are ignored. If no ticker has a volume
 * above 0, volumes count as unknown: some sources write zeros.
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

/** Uses prices in shares of the last session, so that a split is not a move. */
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
