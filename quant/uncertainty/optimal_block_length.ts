import { centre, largestMagnitude, powerOfTwoScale } from "../centring.ts";
import { requireFinite } from "../validate.ts";

/** Mean block lengths in observations, at least 1. */
export interface OptimalBlockLength {
  /** For the stationary bootstrap, whose blocks have geometric lengths. */
  stationary: number;
  /** For the circular bootstrap, whose blocks are equally long. */
  circular: number;
}

/**
 * Block length that minimizes the error of the block bootstrap's variance of the mean: longer for longer dependence.
 *
 * The autocorrelations are searched for the first run of max(5, ⌊log₁₀ n⌋) values within ±2√(log₁₀ n / n); twice the lag before
 * it is the bandwidth m of a flat-top window λ(k/m). With g = Σ λ|k|γ(k) and s = Σ λγ(k) over |k| ≤ m the length is (2g²/d ·
 * n)^⅓, d = 2s² for the stationary and 4/3·s² for the circular bootstrap. It is at most ⌈min(3√n, n/3)⌉ and at least 1.
 *
 * Autocorrelations are normalized by the sums of squares without the first and the last k + 1 deviations, as in `arch`.
 *
 * @param series Returns, say, oldest first, n ≥ 10, finite, not constant.
 * @throws {RangeError} If n < 10, a value is not finite, or the series is constant.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { optimalBlockLength } from "./optimal_block_length.ts";
 *
 * const slow = Float64Array.from({ length: 400 }, (_, t) => Math.sin(t / 20) + Math.sin(t * t));
 * const fast = slow.map((_, t) => Math.sin(t * t));
 * assert(optimalBlockLength(slow).stationary > 2 * optimalBlockLength(fast).stationary);
 * ```
 *
 * Source: Politis & White (2004), Econometric Reviews 23; corrected by Patton, Politis & White (2009), Econometric Reviews 28.
 * Verified: tests/quant/fixtures/uncertainty.json (`arch` 8, `optimal_block_length`). Cost: O(n · bandwidth), at most O(n^1.5).
 */
export function optimalBlockLength(series: Float64Array): OptimalBlockLength {
  requireFinite(series, "series", 10);
  const n = series.length;
  if (series.every((value) => value === series[0])) {
    throw new RangeError("series is constant: every block length is as good.");
  }
  const unit = powerOfTwoScale(largestMagnitude(series));
  const { deviations } = centre(series.map((value) => value / unit));
  const run = Math.max(5, Math.floor(Math.log10(n)));
  const most = Math.ceil(Math.sqrt(n)) + run;
  const band = 2 * Math.sqrt(Math.log10(n) / n);

  const autocovariance = new Float64Array(most + 1);
  let insignificant = 0;
  let bandwidth: number | null = null;
  for (let lag = 0; lag <= most; lag++) {
    let product = 0;
    for (let t = lag; t < n; t++) product += deviations[t]! * deviations[t - lag]!;
    autocovariance[lag] = product / n;
    if (insignificant >= run) bandwidth ??= Math.min(most, 2 * Math.max(lag - run, 1));
    if (bandwidth !== null && lag >= bandwidth) break;
    const first = squaresOf(deviations, lag + 1, n);
    const last = squaresOf(deviations, 0, n - lag - 1);
    insignificant = Math.abs(product) < band * Math.sqrt(first * last) ? insignificant + 1 : 0;
  }
  bandwidth ??= most;

  let g = 0;
  let longRun = autocovariance[0]!;
  for (let lag = 1; lag <= bandwidth; lag++) {
    const weight = Math.min(1, 2 * (1 - lag / bandwidth));
    g += 2 * weight * lag * autocovariance[lag]!;
    longRun += 2 * weight * autocovariance[lag]!;
  }
  const longest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3));
  // g and the long-run variance are both 0 only if nothing is left to resample: use the longest block.
  const length = (share: number) =>
    Math.max(1, Math.min(longest, Math.cbrt(2 * g * g / (share * longRun ** 2) * n) || 1));
  return { stationary: length(2), circular: length(4 / 3) };
}

function squaresOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let t = from; t < to; t++) sum += values[t]! * values[t]!;
  return sum;
}
