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
    let first = start;
    while (first < end && !(leg.close[first]! > 0)) first++;
    if (first >= end) continue;
    let price = NaN;
    let lowestPrice = Infinity;
    for (let t = first; t < end; t++) {
      if (!(leg.close[t]! > 0)) continue;
      price = leg.close[t]!;
      lowestPrice = Math.min(lowestPrice, price);
    }
    found.set(ticker, {
      price,
      lowestPrice,
      ...volumesKnown ? liquidityOf(leg.close.subarray(first, end), leg.volume.subarray(first, end)) : unknownLiquidity,
      spread: spreadOf(leg, first, end),
    });
  }
  return found;
}

const unknownLiquidity = { dollarVolume: null, withoutTrade: null };

function liquidityOf(closes: Float64Array, volumes: Float64Array) {
  const close = new Float64Array(closes.length);
  const volume = new Float64Array(closes.length);
  let count = 0;
  let known = 0;
  for (let t = 0; t < closes.length; t++) {
    const isKnown = !Number.isNaN(volumes[t]!);
    if (!isKnown && !Number.isNaN(closes[t]!)) continue;
    if (isKnown) known++;
    close[count] = closes[t]!;
    volume[count++] = volumes[t]!;
  }
  if (known === 0) return unknownLiquidity;
  const [usable, traded] = [close.subarray(0, count), volume.subarray(0, count)];
  return { dollarVolume: medianDollarVolume(usable, traded), withoutTrade: shareWithoutTrade(usable, traded) };
}

/** Uses prices in shares of the last session, so that a split is not a move. */
function spreadOf({ high, low, close, split }: TradedLeg, first: number, end: number): number | null {
  const adjusted = { high: high.slice(first, end), low: low.slice(first, end), close: close.slice(first, end) };
  let shares = 1;
  for (let t = end - 1; t >= first; t--) {
    adjusted.high[t - first]! /= shares;
    adjusted.low[t - first]! /= shares;
    adjusted.close[t - first]! /= shares;
    shares *= split[t]!;
  }
  const spread = bidAskSpread(adjusted);
  return Number.isNaN(spread) ? null : spread;
}
