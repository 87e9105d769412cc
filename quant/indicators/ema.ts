import { requireCloses } from "./closes.ts";

/**
 * The recursion of {@linkcode ema}, for validated values.
 *
 * @param before The average before the first value; it begins with the first value where there is none.
 */
export function smooth(values: Float64Array, window: number, before = NaN): Float64Array {
  const result = new Float64Array(values.length);
  const weight = 2 / (window + 1);
  let average = before;
  for (let t = 0; t < values.length; t++) {
    average = Number.isNaN(average) ? values[t]! : values[t]! * weight + average * (1 - weight);
    result[t] = average;
  }
  return result;
}

/**
 * Exponential moving average: e[t] = k·close[t] + (1 − k)·e[t−1] with k = 2 / (window + 1), from e[0] = close[0].
 *
 * Defined from the first close on. The starting value decays slowly: an average over part of a history differs from one over all
 * of it.
 *
 * @param closes Oldest first, finite.
 * @param window The window of the simple average with the same mean age, a whole number ≥ 1.
 * @param before The average at the close before the first one, to carry on from it: the result is that of all closes, bit by bit.
 * @returns Aligned with `closes`, without `NaN`; empty for no closes.
 * @throws {RangeError} If a close is NaN or ±∞ or `window` is not a whole number ≥ 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ema } from "./ema.ts";
 *
 * assert(ema(Float64Array.of(1, 2, 6), 3).join() === "1,1.5,3.75");
 * ```
 *
 * Verified: tests/golden/indicators_test.ts. Cost: O(n).
 */
export function ema(closes: Float64Array, window: number, before?: number): Float64Array {
  requireCloses(closes, { window });
  return smooth(closes, window, before);
}
