import { centre, largestMagnitude, powerOfTwoScale } from "./centring.ts";
import { requireFinite, requireSameLength } from "./validate.ts";
import { dot } from "./dot.ts";

/**
 * Pearson correlations of all pairs of series.
 *
 * @param series Aligned, all of the same length n ≥ 2, finite; without series the matrix is empty.
 * @returns Symmetric, within −1 … 1 and 1 on the diagonal, rows and columns in the order of `series`. `NaN` in row and column of
 * a constant series, which has no correlation.
 * @throws {RangeError} If lengths differ, n < 2 or a value is not finite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { correlationMatrix } from "./correlation_matrix.ts";
 *
 * const [first] = correlationMatrix([Float64Array.of(1, 2, 3), Float64Array.of(6, 5, 4)]);
 * assert.ok(Math.abs(first![1]! + 1) < 1e-15);
 * ```
 *
 * Verified: tests/quant/correlation_matrix_test.ts (numpy). Cost: O(series² · n).
 */
export function correlationMatrix(series: readonly Float64Array[]): Float64Array[] {
  const units = series.map((values, i) => {
    requireSameLength(values, series[0]!, `Series ${i} and the first one`);
    requireFinite(values, `Series ${i}`, 2);
    return unitDeviations(values);
  });
  const matrix = units.map(() => new Float64Array(units.length));
  units.forEach((a, i) => {
    for (let j = 0; j <= i; j++) {
      const value = dot(a, units[j]!);
      // The diagonal of a constant series stays NaN, too.
      const kept = i === j && value > 0 ? 1 : Math.max(-1, Math.min(1, value));
      matrix[i]![j] = kept;
      matrix[j]![i] = kept;
    }
  });
  return matrix;
}

/** Deviations from the mean, scaled to length 1; `NaN` if all are 0. */
function unitDeviations(values: Float64Array): Float64Array {
  const { deviations } = centre(values);
  const unit = powerOfTwoScale(largestMagnitude(deviations) || 1);
  const scaled = deviations.map((deviation) => deviation / unit);
  const length = Math.sqrt(dot(scaled, scaled));
  return scaled.map((deviation) => deviation / length);
}
