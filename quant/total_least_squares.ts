import { centre, largestMagnitude, powerOfTwoScale } from "./centring.ts";
import { requireFinite, requireSameLength } from "./validate.ts";

/** The line nearest to the points, measured at right angles to it. */
export interface TotalLeastSquares {
  /** Change of y per unit of x. */
  slope: number;
  /** Value of the line at x = 0. */
  intercept: number;
}

/**
 * Total least squares (orthogonal regression): both legs carry errors of equal variance, so that exchanging them turns
 * the slope into its reciprocal. The line follows the first principal component of the two legs.
 *
 * A constant y gives slope 0. Legs in different units should be converted to one unit first: the line depends on units.
 *
 * @param x One leg, length n ≥ 2, finite.
 * @param y The other leg, aligned with `x`, finite.
 * @throws {RangeError} If the lengths differ, n < 2, a value is not finite, the line is vertical (x constant, or uncorrelated
 * with a wider y), or no direction is distinguished (uncorrelated legs of equal variance, or both constant).
 *
 * @example
 * ```ts
 * import { totalLeastSquares } from "./total_least_squares.ts";
 * totalLeastSquares(Float64Array.of(0, 1, 2), Float64Array.of(1, 3, 5)); // { slope: 2, intercept: 1 }
 * ```
 *
 * Source: Golub & Van Loan, Matrix Computations (4th ed.), §6.3. Verified: tests/quant/fixtures/time_series.json
 * (`totalLeastSquares`, 50 digits). Cost: O(n).
 */
export function totalLeastSquares(x: Float64Array, y: Float64Array): TotalLeastSquares {
  requireSameLength(x, y, "x and y");
  requireFinite(x, "x", 2);
  requireFinite(y, "y", 2);
  const { deviations: dx, mean: meanX } = centre(x);
  const { deviations: dy, mean: meanY } = centre(y);
  const magnitude = Math.max(largestMagnitude(dx), largestMagnitude(dy));
  if (magnitude === 0) throw new RangeError("Both legs are constant: every line through one point is as near.");
  const unit = powerOfTwoScale(magnitude);

  // (Σy² − Σx²) as a sum of (y − x)(y + x), and Σxy: near-duplicate legs lose no digits to the difference of two large sums.
  let spread = 0;
  let product = 0;
  for (let i = 0; i < dx.length; i++) {
    const a = dx[i]! / unit;
    const b = dy[i]! / unit;
    spread += (b - a) * (b + a);
    product += a * b;
  }
  if (product === 0 && spread === 0) {
    throw new RangeError("The legs are uncorrelated and equally wide: no line stands out.");
  }
  if (product === 0 && spread > 0) throw new RangeError("The nearest line is vertical: x does not vary with y.");
  // Two forms of one root; each adds numbers of equal sign in its half plane.
  const root = Math.hypot(spread, 2 * product);
  const slope = spread > 0 ? (spread + root) / (2 * product) : 2 * product / (root - spread);
  return { slope, intercept: meanY - slope * meanX };
}
