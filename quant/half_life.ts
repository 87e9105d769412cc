import { linearRegression } from "./linear_regression.ts";
import { requireFinite, requireOneOf } from "./validate.ts";

/** Rows of the regression behind a half-life. */
export interface HalfLifeOptions {
  /**
   * `"ar1"` (default) uses the n − 1 rows that exist; `"reference"` adds a first row with lagged level 0 and difference s[0], as
   * the reference service does. The added row is harmless only for a spread with mean 0: in it a series that reverts to 100 jumps
   * from 0 to 100 and seems to revert at once.
   */
  convention?: "reference" | "ar1";
}

/**
 * Half-life of mean reversion in sessions: −ln 2 / b from the regression Δs[t] = a + b · s[t−1] + ε.
 *
 * By default adding a constant to the series changes nothing.
 *
 * Negative for b > 0 (the series diverges), +∞ if b is exactly 0. Criteria must also require a half-life above 0.
 *
 * @param series The spread, oldest first, length n ≥ 3, finite, not constant.
 * @throws {RangeError} If n < 3, a value is not finite, or the series (for `"ar1"`: without its last value) is
 * constant.
 *
 * @example
 * ```ts
 * import { halfLife } from "./half_life.ts";
 * const series = Float64Array.from({ length: 60 }, (_, t) => 0.5 ** t);
 * halfLife(series); // −ln 2 / −0.5 ≈ 1.386
 * ```
 *
 * Source: Chan, Algorithmic Trading (2013), ch. 2. Verified: tests/quant/fixtures/time_series.json (`halfLife`, 50
 * digits), tests/golden/time_series_test.ts. Cost: O(n).
 */
export function halfLife(series: Float64Array, options: HalfLifeOptions = {}): number {
  const { convention = "ar1" } = options;
  requireOneOf(convention, "convention", ["reference", "ar1"]);
  requireFinite(series, "series", 3);
  if (series.every((value) => value === series[0])) throw new RangeError("series is constant: it has no half-life.");
  const first = convention === "reference" ? 0 : 1;
  const rows = series.length - first;
  const lagged = new Float64Array(rows);
  const differences = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const t = row + first;
    lagged[row] = t === 0 ? 0 : series[t - 1]!;
    differences[row] = series[t]! - lagged[row]!;
  }
  const { slope } = linearRegression(lagged, differences);
  return slope === 0 ? Infinity : -Math.LN2 / slope;
}
