/** Centre and spread of each coordinate. */
export interface ColumnScale {
  /** One entry per coordinate. */
  mean: Float64Array;
  /** Population standard deviation (divided by n); 1 for a constant column. */
  scale: Float64Array;
}

function dimension(points: readonly Float64Array[]): number {
  const width = points[0]?.length ?? 0;
  points.forEach((point, row) => {
    if (point.length !== width) {
      throw new RangeError(
        `All points need the same dimension: point 0 has ${width}, point ${row} has ${point.length}.`,
      );
    }
    for (const value of point) {
      if (!Number.isFinite(value)) throw new RangeError(`Point ${row} holds ${value}; its coordinates must be finite.`);
    }
  });
  return width;
}

/**
 * Mean and population standard deviation of each coordinate of `points`, as in scikit-learn's `StandardScaler`.
 *
 * A column with a variance of 0, or within the rounding error of equal numbers, has scale 1.
 *
 * @param points n points of equal dimension, finite.
 * @throws {RangeError} If dimensions differ or a coordinate is NaN or ±∞.
 */
export function columnScale(points: readonly Float64Array[]): ColumnScale {
  const n = points.length;
  const width = dimension(points);
  const mean = new Float64Array(width);
  const scale = new Float64Array(width);
  for (let c = 0; c < width; c++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += points[i]![c]!;
    const centre = sum / n;
    let squares = 0;
    let rest = 0;
    for (let i = 0; i < n; i++) {
      const deviation = points[i]![c]! - centre;
      squares += deviation * deviation;
      rest += deviation;
    }
    // Chan, Golub & LeVeque: removes the effect of the mean's rounding.
    const variance = (squares - rest * rest / n) / n;
    const rounding = n * Number.EPSILON * variance + (n * centre * Number.EPSILON) ** 2;
    mean[c] = centre;
    scale[c] = variance <= rounding ? 1 : Math.sqrt(variance);
  }
  return { mean, scale };
}

/**
 * Shifts and scales each coordinate of `points` to mean 0 and population standard deviation 1.
 *
 * A constant coordinate is shifted to 0 and not scaled, as is a single point. Without points the result is empty.
 *
 * @param points n points of equal dimension, finite. Not changed.
 * @throws {RangeError} If dimensions differ or a coordinate is NaN or ±∞.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { standardize } from "./standardize.ts";
 *
 * const [a, b] = standardize([Float64Array.of(1, 7), Float64Array.of(3, 7)]);
 * assert(a!.join() === "-1,0" && b!.join() === "1,0");
 * ```
 *
 * Source: scikit-learn `StandardScaler`. Verified: tests/quant/fixtures/multivariate.json, tests/golden/clusters_test.ts.
 */
export function standardize(points: readonly Float64Array[]): Float64Array[] {
  const { mean, scale } = columnScale(points);
  return points.map((point) => point.map((value, c) => (value - mean[c]!) / scale[c]!));
}
