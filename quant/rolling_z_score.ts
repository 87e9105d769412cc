import { centre } from "./centring.ts";
import { requireFinite, requireInteger } from "./validate.ts";

/** Settings of the deviation. */
export interface RollingZScoreOptions {
  /** Subtracted from the number of values in the divisor of the variance: 1 (default) for a sample, 0 for a population. */
  ddof?: 0 | 1;
}

/**
 * Distance of each value from the mean of the window that ends with it, in standard deviations of that window.
 *
 * Entry i uses values i − window + 1 … i and nothing later. The first window − 1 entries have no full window and are NaN. A
 * window of equal values gives 0.
 *
 * @param series The spread, oldest first, finite; any length, empty gives empty.
 * @param window Number of values, the current one included, at least 2.
 * @returns One z-score per value.
 * @throws {RangeError} If a value is not finite or `window` is not an integer of at least 2.
 *
 * @example
 * ```ts
 * import { rollingZScore } from "./rolling_z_score.ts";
 * rollingZScore(Float64Array.of(1, 2, 3), 3)[2]; // 1
 * ```
 *
 * Verified: tests/quant/fixtures/time_series.json (`rollingZScore`, pandas). Cost: O(n · window): each window is computed anew,
 * so that errors do not accumulate.
 */
export function rollingZScore(series: Float64Array, window: number, options: RollingZScoreOptions = {}): Float64Array {
  const { ddof = 1 } = options;
  requireInteger(window, "window", 2);
  requireFinite(series, "series", 0);
  const scores = new Float64Array(series.length).fill(NaN);
  for (let i = window - 1; i < series.length; i++) {
    // Deviations from the mean keep the digits of a spread of 1e-3 around 1e6.
    const { deviations } = centre(series.subarray(i - window + 1, i + 1));
    let sum = 0;
    for (let j = 0; j < window; j++) sum += deviations[j]! * deviations[j]!;
    scores[i] = sum === 0 ? 0 : deviations[window - 1]! / Math.sqrt(sum / (window - ddof));
  }
  return scores;
}
