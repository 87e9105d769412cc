import { requireSameLength } from "./validate.ts";

/**
 * Prices whose returns are total returns: each dividend buys shares at the close of its ex-date. The last price is unchanged,
 * earlier ones are lowered, so that the level is that of the end.
 *
 * @param closes Closes adjusted for splits, oldest first, positive, finite; may be empty.
 * @param dividends Currency per share by ex-date in the shares of `closes`, aligned; a value that is not a positive number counts
 * as none. A dividend in the first session has no earlier close and no effect.
 * @returns As long as `closes`; the same values without dividends.
 * @throws {RangeError} If the lengths differ.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { totalReturnPrices } from "./total_return_prices.ts";
 *
 * assert.deepEqual(totalReturnPrices(Float64Array.of(10, 8, 9), Float64Array.of(0, 2, 0)), Float64Array.of(8, 8, 9));
 * ```
 *
 * Source: CRSP, total returns with dividends reinvested on the ex-date. Cost: O(n).
 */
export function totalReturnPrices(closes: Float64Array, dividends: Float64Array): Float64Array {
  requireSameLength(closes, dividends, "closes and dividends");
  const prices = new Float64Array(closes.length);
  let kept = 1;
  for (let t = closes.length - 1; t >= 0; t--) {
    prices[t] = closes[t]! * kept;
    const dividend = dividends[t]!;
    if (dividend > 0 && dividend < Infinity) kept *= closes[t]! / (closes[t]! + dividend);
  }
  return prices;
}
