import { requireCloses } from "./closes.ts";

/**
 * Simple moving average: the plain mean of the last `window` closes.
 *
 * @param closes Oldest first, finite.
 * @param window Closes in the mean, a whole number ≥ 1.
 * @returns Aligned with `closes`; `NaN` before index `window − 1`, so all `NaN` with fewer closes than that.
 * @throws {RangeError} If a close is NaN or ±∞ or `window` is not a whole number ≥ 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sma } from "./sma.ts";
 *
 * assert(sma(Float64Array.of(1, 2, 6), 2).join() === "NaN,1.5,4");
 * ```
 *
 * Verified: tests/golden/indicators_test.ts. Cost: O(n · window).
 */
export function sma(closes: Float64Array, window: number): Float64Array {
  requireCloses(closes, { window });
  const result = new Float64Array(closes.length).fill(NaN);
  // Each window is summed anew: a running sum would carry the rounding of large closes into all later values.
  for (let t = window - 1; t < closes.length; t++) {
    let sum = 0;
    for (let s = t - window + 1; s <= t; s++) sum += closes[s]!;
    result[t] = sum / window;
  }
  return result;
}
