import { requireOneOf, requireSameLength } from "../validate.ts";

/** Daily bars, aligned, oldest first; a bar with a value that is not a positive number is missing. */
export interface SpreadBars {
  /** Highest price of each session. */
  high: Float64Array;
  /** Lowest price. */
  low: Float64Array;
  /** Closing price. */
  close: Float64Array;
}

/** Treatment of two sessions with a negative square. */
export interface SpreadOptions {
  /**
   * `"sample"` (default) averages the squares and takes the root of the mean, 0 if that is negative: unbiased in its square, and
   * 0 if the spread is small relative to volatility. `"two_day"` takes the root of each two sessions' square, with 0 for a
   * negative one, and averages the roots: it ranks tickers better, but overestimates small spreads (43 basis points instead of 2
   * in one of the fixtures), so it does not serve as a cost.
   */
  negatives?: "two_day" | "sample";
}

/**
 * Effective bid–ask spread, estimated from daily closes and ranges: a share of the price (0.001 is 10 basis points).
 *
 * Model: the close lies half a spread above or below the efficient price, while the middle η of high and low is near it, both
 * today and tomorrow. Then s² = 4·E[(c[t] − η[t])·(c[t] − η[t+1])], all in logarithms.
 *
 * Two consecutive sessions count if both bars are complete. Bars should be adjusted for splits.
 *
 * @param bars At least 2 sessions.
 * @returns The full spread (the cost of a purchase and a sale together), ≥ 0; `NaN` without two consecutive complete bars.
 * @throws {RangeError} If lengths differ, or a complete bar has its high below its low or its close outside of them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { bidAskSpread } from "./bid_ask_spread.ts";
 *
 * const bars = { high: Float64Array.of(10.1, 10.1), low: Float64Array.of(9.9, 9.9), close: Float64Array.of(10.1, 9.9) };
 * assert(Math.abs(bidAskSpread(bars) - 0.02) < 1e-4); // the close is half a spread from the middle
 * ```
 *
 * Source: Abdi & Ranaldo (2017), Review of Financial Studies 30, equations 8 to 11. Verified:
 * tests/quant/fixtures/tradability.json
 * (pandas), tests/quant/tradability/bid_ask_spread_test.ts (simulated spreads). Cost: O(n).
 */
export function bidAskSpread({ high, low, close }: SpreadBars, options: SpreadOptions = {}): number {
  const { negatives = "sample" } = options;
  requireOneOf(negatives, "negatives", ["two_day", "sample"]);
  requireSameLength(high, low, "high and low");
  requireSameLength(high, close, "high and close");
  let sum = 0;
  let count = 0;
  let closeBefore = NaN;
  let middleBefore = NaN;
  for (let t = 0; t < close.length; t++) {
    let middle = NaN;
    let logClose = NaN;
    if (isPrice(high[t]!) && isPrice(low[t]!) && isPrice(close[t]!)) {
      if (!(low[t]! <= close[t]! && close[t]! <= high[t]!)) {
        throw new RangeError(`Session ${t} closes at ${close[t]}, outside of its range from ${low[t]} to ${high[t]}.`);
      }
      middle = (Math.log(high[t]!) + Math.log(low[t]!)) / 2;
      logClose = Math.log(close[t]!);
    }
    const square = 4 * (closeBefore - middleBefore) * (closeBefore - middle);
    if (!Number.isNaN(square)) {
      sum += negatives === "two_day" ? Math.sqrt(Math.max(0, square)) : square;
      count++;
    }
    closeBefore = logClose;
    middleBefore = middle;
  }
  return negatives === "two_day" ? sum / count : Math.sqrt(Math.max(0, sum / count));
}

function isPrice(value: number): boolean {
  return value > 0 && value < Infinity;
}
