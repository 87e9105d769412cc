import { centre, largestMagnitude, powerOfTwoScale } from "./centring.ts";
import { requireFinite, requireSameLength } from "./validate.ts";

/** A straight line through two aligned series. */
export interface LinearRegression {
  /** Change of y per unit of x: the hedge ratio of a pair. */
  slope: number;
  /** Value of the line at x = 0. */
  intercept: number;
  /** Share of the variance of y that the line explains, 0 to 1; 0 for a constant y. */
  rSquared: number;
}

/**
 * Ordinary least squares of y on x with a constant: y = intercept + slope · x + residual.
 *
 * A constant y gives slope 0 and rSquared 0 (nothing to explain). Perfectly collinear legs give rSquared 1 to rounding.
 *
 * @param x The regressor, aligned with `y`, length n ≥ 2, finite, not constant.
 * @param y The dependent variable, length n, finite.
 * @throws {RangeError} If the lengths differ, n < 2, a value is not finite, or x is constant.
 *
 * @example
 * ```ts
 * import { linearRegression } from "./linear_regression.ts";
 * linearRegression(Float64Array.of(0, 1, 2), Float64Array.of(1, 3, 5)); // { slope: 2, intercept: 1, rSquared: 1 }
 * ```
 *
 * Source: Björck, Numerical Methods for Least Squares Problems (1996), §1.4. Verified:
 * tests/quant/fixtures/time_series.json (`linearRegression`, 50 digits). Cost: O(n).
 */
export function linearRegression(x: Float64Array, y: Float64Array): LinearRegression {
  const { slope, intercept, rSquared } = regressCentred(x, y);
  return { slope, intercept, rSquared };
}

/**
 * {@link linearRegression} with its residuals, which are computed from centred legs and so keep more digits than y −
 * line.
 */
export function regressCentred(x: Float64Array, y: Float64Array): LinearRegression & { residuals: Float64Array } {
  requireSameLength(x, y, "x and y");
  requireFinite(x, "x", 2);
  requireFinite(y, "y", 2);
  const n = x.length;
  const { deviations: dx, mean: meanX } = centre(x);
  const { deviations: dy, mean: meanY } = centre(y);
  const scale = largestMagnitude(dx);
  // The mean of equal values is that value, so a constant leg has no deviation at all.
  if (scale === 0) throw new RangeError("x is constant: a line through it has no slope.");
  const unit = powerOfTwoScale(scale);
  const unitY = powerOfTwoScale(largestMagnitude(dy) || 1);
  for (let i = 0; i < n; i++) {
    dx[i] = dx[i]! / unit;
    dy[i] = dy[i]! / unitY;
  }

  let sxx = 0;
  let sxy = 0;
  let syy = 0;
  for (let i = 0; i < n; i++) {
    sxx += dx[i]! * dx[i]!;
    sxy += dx[i]! * dy[i]!;
    syy += dy[i]! * dy[i]!;
  }
  let slope = sxy / sxx;
  // One step of refinement: the first slope leaves a rounding error along x, which would be visible in the spread of
  // near-duplicate legs.
  const residuals = new Float64Array(n);
  let left = 0;
  for (let i = 0; i < n; i++) left += dx[i]! * (dy[i]! - slope * dx[i]!);
  slope += left / sxx;
  let rss = 0;
  for (let i = 0; i < n; i++) {
    const residual = dy[i]! - slope * dx[i]!;
    rss += residual * residual;
    residuals[i] = residual * unitY;
  }
  const scaledSlope = slope * (unitY / unit);
  return {
    slope: scaledSlope,
    intercept: meanY - scaledSlope * meanX,
    rSquared: syy === 0 ? 0 : Math.max(0, 1 - rss / syy),
    residuals,
  };
}
