import { centre } from "../centring.ts";
import { requireFinite } from "../validate.ts";

/** An invertible correlation matrix. */
export interface ShrunkCorrelation {
  /** One array per row: symmetric, 1 on the diagonal. */
  correlation: Float64Array[];
  /** Share of the identity matrix, 0 to 1. */
  shrinkage: number;
}

/**
 * Correlations of series, shrunk towards 0 according to their estimation error: (1 − s)·R + s·I.
 *
 * R are the sample correlations, and s is the shrinkage of Ledoit and Wolf for the standardized series, or `least` if that is
 * larger.
 *
 * @param series One per position, p ≥ 1, aligned, oldest first, n ≥ 2 values each, finite, none constant.
 * @param options.least Minimum shrinkage, 0 to 1; 0 by default. Above 0 no combination of positions is free of risk.
 * @throws {RangeError} If there is no series, lengths differ, a value is not finite, a series is constant, or `least` is out of its range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shrunkCorrelation } from "./shrunk_correlation.ts";
 *
 * const values = Float64Array.of(1, 2, 3, 5);
 * const { correlation, shrinkage } = shrunkCorrelation([values, values]);
 * assert(Math.abs(correlation[0]![1]! - (1 - shrinkage)) < 1e-12);
 * ```
 *
 * Source: Ledoit & Wolf (2004), Journal of Multivariate Analysis 88. Verified: tests/quant/fixtures/weights.json (scikit-learn).
 * Cost: O(p²·n).
 */
export function shrunkCorrelation(
  series: readonly Float64Array[],
  { least = 0 }: { least?: number } = {},
): ShrunkCorrelation {
  if (series.length === 0) throw new RangeError("Correlations are of at least one series, got none.");
  if (!(least >= 0 && least <= 1)) throw new RangeError(`least must be from 0 to 1, got ${least}.`);
  const n = series[0]!.length;
  const standardized = series.map((values, i) => {
    requireFinite(values, `Series ${i}`, 2);
    if (values.length !== n) throw new RangeError(`Series ${i} has ${values.length} values, series 0 has ${n}.`);
    const { deviations } = centre(values);
    const largest = deviations.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (largest === 0) throw new RangeError(`Series ${i} is constant: it has no correlation.`);
    const scaled = deviations.map((value) => value / largest);
    const deviation = Math.sqrt(scaled.reduce((sum, value) => sum + value * value, 0) / n);
    return scaled.map((value) => value / deviation);
  });
  const correlation = series.map(() => new Float64Array(series.length).fill(1));
  // Both sums are over pairs of different series: the correlation of a series with itself is 1, without error.
  let squares = 0;
  let products = 0;
  // The estimation error of the series' own variances is part of the shrinkage of Ledoit and Wolf as well.
  let own = 0;
  for (const [i, x] of standardized.entries()) {
    own += x.reduce((sum, value) => sum + value ** 4, 0) / n - 1;
    for (let j = 0; j < i; j++) {
      const y = standardized[j]!;
      let sum = 0;
      let sumOfSquares = 0;
      for (let t = 0; t < n; t++) {
        const product = x[t]! * y[t]!;
        sum += product;
        sumOfSquares += product * product;
      }
      const found = Math.min(1, Math.max(-1, sum / n));
      correlation[i]![j] = correlation[j]![i] = found;
      squares += 2 * found * found;
      products += 2 * (sumOfSquares / n - found * found);
    }
  }
  const error = (own + products) / n;
  const shrinkage = Math.max(least, squares > 0 ? Math.min(1, Math.max(0, error) / squares) : 0);
  correlation.forEach((row, i) => row.forEach((value, j) => row[j] = i === j ? 1 : (1 - shrinkage) * value));
  return { correlation, shrinkage };
}
