import { largestMagnitude, mean, powerOfTwoScale } from "./centring.ts";
import { linearRegression } from "./linear_regression.ts";
import { requireFinite } from "./validate.ts";

/** Minimum number of values. */
const MINIMUM_LENGTH = 100;
const SMALLEST_WINDOW = 10;

/**
 * A window whose differences deviate by less than this share of its range is a straight line in rounded arithmetic. Closes
 * interpolated over a gap give such windows; the last bit of the hedge ratio decides whether their S is 0 or 1e-15, and a single
 * R/S of 1e12 would determine the exponent.
 */
const STRAIGHT_WINDOW_SHARE = 1e-9;

/**
 * Hurst exponent by simplified rescaled range on levels: about 0.5 for a random walk, less for a reverting series, more for a
 * trending one.
 *
 * Window sizes are ⌊10^(1 + k/4)⌋ while the power is below n − 1, and n itself. Each size cuts the series into windows
 * from its start (the remainder is dropped); R is the range of the levels, S the sample standard deviation of their
 * differences. Windows with R = 0 or S = 0 are skipped; S below 1e-9 · R is the rounding of a straight line and counts
 * as 0. The exponent is the slope of log₁₀ mean(R/S) on log₁₀ size.
 *
 * @param series Levels (not returns), oldest first, length n ≥ 100, finite.
 * @throws {RangeError} If n < 100, a value is not finite, or every window of some size is skipped (a constant or
 * straight series).
 *
 * @example
 * ```ts
 * import { hurstExponent } from "./hurst_exponent.ts";
 * const series = Float64Array.from({ length: 500 }, (_, t) => Math.sin(t * t));
 * hurstExponent(series) < 0.5; // true
 * ```
 *
 * Source: Hurst (1951); the simplified form of Mottl's `hurst` 0.0.5. Verified: tests/quant/fixtures/time_series.json
 * (`hurstExponent`), tests/golden/time_series_test.ts. Cost: O(n log n).
 */
export function hurstExponent(series: Float64Array): number {
  requireFinite(series, "series", MINIMUM_LENGTH);
  const sizes = windowSizes(series.length);
  // R/S has no unit: dividing by a power of two changes no digit and keeps differences and their squares in range.
  const unit = powerOfTwoScale(largestMagnitude(series) || 1);
  const levels = series.map((value) => value / unit);
  const differences = new Float64Array(levels.length - 1);
  for (let i = 0; i < differences.length; i++) differences[i] = levels[i + 1]! - levels[i]!;

  const logSize = new Float64Array(sizes.length);
  const logRescaledRange = new Float64Array(sizes.length);
  sizes.forEach((size, i) => {
    logSize[i] = Math.log10(size);
    logRescaledRange[i] = Math.log10(meanRescaledRange(levels, differences, size));
  });
  return linearRegression(logSize, logRescaledRange).slope;
}

function windowSizes(n: number): number[] {
  const sizes: number[] = [];
  for (let quarter = 4;; quarter++) {
    // An integer power of ten is rounded, since `**` may be off by a rounding error.
    const power = quarter % 4 === 0 ? Math.round(10 ** (quarter / 4)) : 10 ** (quarter / 4);
    if (power >= n - 1) break;
    sizes.push(Math.max(SMALLEST_WINDOW, Math.floor(power)));
  }
  sizes.push(n);
  return sizes;
}

/** Mean of R/S over the windows of one size with a range and a deviation. */
function meanRescaledRange(series: Float64Array, differences: Float64Array, size: number): number {
  let sum = 0;
  let windows = 0;
  for (let start = 0; start + size <= series.length; start += size) {
    const levels = series.subarray(start, start + size);
    let low = levels[0]!;
    let high = low;
    for (let i = 1; i < size; i++) {
      const level = levels[i]!;
      if (level < low) low = level;
      if (level > high) high = level;
    }
    const deviation = sampleDeviation(differences.subarray(start, start + size - 1));
    const range = high - low;
    if (range === 0 || deviation <= STRAIGHT_WINDOW_SHARE * range) continue;
    sum += range / deviation;
    windows++;
  }
  if (windows === 0) {
    throw new RangeError(
      `No window of ${size} values has both a range and varying differences: the series is constant or straight.`,
    );
  }
  return sum / windows;
}

function sampleDeviation(values: Float64Array): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}
