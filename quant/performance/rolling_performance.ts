import { sharpeRatio } from "./risk_adjusted_return.ts";
import { requireFinite } from "./requirements.ts";
import { requireInteger } from "../validate.ts";

/**
 * Sharpe ratio per year of the last `window` sessions at each session; `NaN` in the first `window` − 1.
 *
 * A window of constant returns has 0 if they are 0, else ±∞, as {@linkcode sharpeRatio}.
 *
 * @param excess Returns per session in excess of cash, oldest first, finite.
 * @param window Sessions, ≥ 2; with more sessions than returns all values are `NaN`.
 * @throws {RangeError} If a return is not finite or `window` is not a whole number of at least 2.
 *
 * Verified: tests/quant/performance/rolling_performance_test.ts (each window by `sharpeRatio`). Cost: O(n · window).
 */
export function rollingSharpe(excess: Float64Array, window: number): Float64Array {
  requireFinite(excess, "return", 0);
  requireInteger(window, "window", 2);
  return excess.map((_, t) => t + 1 < window ? NaN : sharpeRatio(excess.subarray(t + 1 - window, t + 1)));
}

/**
 * Slope of the excess returns on the benchmark's over the last `window` sessions at each session; `NaN` in the first `window` − 1
 * and where the benchmark is constant.
 *
 * @param excess Returns per session in excess of cash, oldest first, finite.
 * @param benchmarkExcess Of the benchmark, aligned with `excess`, finite.
 * @throws {RangeError} If lengths differ, a return is not finite or `window` is not a whole number of at least 2.
 *
 * Verified: tests/quant/performance/rolling_performance_test.ts (each window by `linearRegression`). Cost: O(n · window).
 */
export function rollingBeta(excess: Float64Array, benchmarkExcess: Float64Array, window: number): Float64Array {
  requireFinite(excess, "return", 0);
  requireFinite(benchmarkExcess, "benchmark return", 0);
  requireInteger(window, "window", 2);
  if (excess.length !== benchmarkExcess.length) {
    throw new RangeError(`There are ${excess.length} returns and ${benchmarkExcess.length} of the benchmark.`);
  }
  return excess.map((_, t) => {
    if (t + 1 < window) return NaN;
    let [meanX, meanY] = [0, 0];
    for (let i = t + 1 - window; i <= t; i++) {
      meanX += benchmarkExcess[i]! / window;
      meanY += excess[i]! / window;
    }
    let [squares, products] = [0, 0];
    for (let i = t + 1 - window; i <= t; i++) {
      const deviation = benchmarkExcess[i]! - meanX;
      squares += deviation * deviation;
      products += deviation * (excess[i]! - meanY);
    }
    return squares === 0 ? NaN : products / squares;
  });
}
