import { centre } from "./centring.ts";
import { requireFinite } from "./validate.ts";

/**
 * Number of crossings of a series with its mean: the number of i < n − 1 with d[i] · d[i+1] < 0 or d[i] = 0, where d = s −
 * mean(s).
 *
 * A value exactly on the mean counts once, unless it is the last.
 *
 * @param series The spread, oldest first, length n ≥ 2, finite, not constant.
 * @throws {RangeError} If n < 2, a value is not finite, or the series is constant (it lies on its mean and crosses
 * nothing).
 *
 * @example
 * ```ts
 * import { meanCrossings } from "./mean_crossings.ts";
 * meanCrossings(Float64Array.of(1, -1, 2, -2)); // 3
 * ```
 *
 * Verified: tests/quant/fixtures/time_series.json (`meanCrossings`), tests/golden/time_series_test.ts. Cost: O(n).
 */
export function meanCrossings(series: Float64Array): number {
  requireFinite(series, "series", 2);
  if (series.every((value) => value === series[0])) throw new RangeError("series is constant: it crosses nothing.");
  const { deviations } = centre(series);
  let crossings = 0;
  for (let i = 0; i < deviations.length - 1; i++) {
    const here = deviations[i]!;
    const next = deviations[i + 1]!;
    // Compares signs, because the product of tiny values underflows.
    if (here === 0 || (here < 0 && next > 0) || (here > 0 && next < 0)) crossings++;
  }
  return crossings;
}
