import type { PriceMatrix } from "./price_matrix.ts";

/**
 * Simple returns p[t] / p[t−1] − 1, oldest first, one fewer than prices.
 *
 * Undefined returns are 0: after a price of 0, around a price of ±∞, and next to a missing (`NaN`) price. Fewer than two prices
 * give an empty array.
 *
 * @param prices Oldest first.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { simpleReturns } from "./returns.ts";
 *
 * assert(simpleReturns(Float64Array.of(100, 110, 0, 5)).join() === "0.10000000000000009,-1,0");
 * ```
 *
 * Verified: tests/golden/clean_prices_test.ts. Cost: O(n).
 */
export function simpleReturns(prices: Float64Array): Float64Array {
  const returns = new Float64Array(Math.max(0, prices.length - 1));
  for (let t = 0; t < returns.length; t++) {
    const value = prices[t + 1]! / prices[t]! - 1;
    returns[t] = Number.isFinite(value) ? value : 0;
  }
  return returns;
}

/** Returns of many tickers on common sessions. */
export interface ReturnMatrix {
  /** The session at whose close each return is earned: the price sessions without their first. */
  sessions: string[];
  /** In the order of `returns`. */
  tickers: string[];
  /** One array for each ticker, each as long as `sessions`. */
  returns: Float64Array[];
}

/**
 * Simple returns of every ticker, without tickers whose returns are all 0.
 *
 * Such a ticker never moved: it has no correlation with any other. With fewer than two sessions all tickers are dropped. Values
 * that are not finite become 0, see {@linkcode simpleReturns}.
 *
 * @param prices Cleaned closes, see `cleanPrices`.
 *
 * Verified: tests/golden/clean_prices_test.ts. Cost: O(tickers · sessions).
 */
export function returnMatrix(prices: PriceMatrix): ReturnMatrix & { dropped: string[] } {
  const result: ReturnMatrix & { dropped: string[] } = {
    sessions: prices.sessions.slice(1),
    tickers: [],
    returns: [],
    dropped: [],
  };
  for (let i = 0; i < prices.tickers.length; i++) {
    const ticker = prices.tickers[i]!;
    const returns = simpleReturns(prices.closes[i]!);
    if (returns.every((value) => value === 0)) {
      result.dropped.push(ticker);
    } else {
      result.tickers.push(ticker);
      result.returns.push(returns);
    }
  }
  return result;
}
