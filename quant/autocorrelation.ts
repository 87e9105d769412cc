import { centre } from "./centring.ts";
import { requireFinite } from "./validate.ts";

/**
 * Sample autocorrelation at lags 0 to `lags`: r[k] = Σ d[t] · d[t+k] / Σ d[t]², where d = x − mean(x). r[0] is 1.
 *
 * The sum over n − k products is divided by that over n squares (the biased estimator), so that |r[k]| ≤ 1. Under white noise r[k] of
 * k ≥ 1 lies within {@linkcode whiteNoiseBound} of 0 nineteen times out of twenty.
 *
 * @param series Oldest first, length n, finite, not constant.
 * @param lags The largest lag: a whole number from 0 to n − 1.
 * @returns lags + 1 values.
 * @throws {RangeError} If n < 2, `lags` is out of bounds, a value is not finite, or the series is constant.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { autocorrelation } from "./autocorrelation.ts";
 *
 * assert.deepEqual([...autocorrelation(Float64Array.of(1, -1, 1, -1), 2)], [1, -0.75, 0.5]);
 * ```
 *
 * Source: Box & Jenkins (1976), chapter 2. Verified: tests/quant/fixtures/diagnostics.json (statsmodels' `acf`). Cost: O(n · lags).
 */
export function autocorrelation(series: Float64Array, lags: number): Float64Array {
  requireFinite(series, "series", 2);
  const n = series.length;
  if (!Number.isInteger(lags) || lags < 0 || lags >= n) {
    throw new RangeError(`lags is ${lags}: a series of ${n} values has lags from 0 to ${n - 1}.`);
  }
  if (series.every((value) => value === series[0])) throw new RangeError("series is constant: it has no correlation.");
  const { deviations } = centre(series);
  // Scale first: squares of tiny or huge values would underflow or overflow.
  const largest = deviations.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scaled = deviations.map((value) => value / largest);
  const result = new Float64Array(lags + 1);
  let total = 0;
  for (let t = 0; t < n; t++) total += scaled[t]! * scaled[t]!;
  for (let k = 0; k <= lags; k++) {
    let sum = 0;
    for (let t = 0; t + k < n; t++) sum += scaled[t]! * scaled[t + k]!;
    result[k] = sum / total;
  }
  return result;
}

/**
 * The bound within which the autocorrelation of n values of white noise lies with a probability of 95 %: 1.96 / √n.
 *
 * @throws {RangeError} If n is not a whole number of at least 1.
 *
 * Source: Bartlett (1946), to first order.
 */
export function whiteNoiseBound(n: number): number {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`n is ${n}: a whole number of at least 1 is wanted.`);
  return 1.959963984540054 / Math.sqrt(n);
}
