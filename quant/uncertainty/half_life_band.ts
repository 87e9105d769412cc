import { halfLife } from "../half_life.ts";
import { largestMagnitude } from "../centring.ts";
import { linearRegression } from "../linear_regression.ts";
import { requireFinite } from "../validate.ts";
import { type Band, type BandOptions, middleOf } from "./band.ts";
import { optimalBlockLength } from "./optimal_block_length.ts";
import { stationaryBootstrap } from "./stationary_bootstrap.ts";

/**
 * Band of a spread's half-life in sessions, by a bootstrap of its autoregression that is corrected for bias.
 *
 * Model: Δs[t] = a + b·s[t−1] + ε[t]. Least squares underestimates b, so that a slow spread seems to revert sooner than it does;
 * percentiles of plain resamples would include that bias twice and miss the true half-life in a quarter of the cases. Here the
 * residuals are resampled in blocks, series are built from them with b, the mean of their estimates gives the bias, and a second
 * round of series with the corrected b, each estimate corrected by the same bias, gives the band.
 *
 * @param series The spread, oldest first, n ≥ 30, finite, not constant.
 * @returns `estimate` is the {@linkcode halfLife} of the series without any correction, +∞ if it does not revert; an end of the
 * band at a resample that does not revert is +∞: the data do not exclude a spread without reversion.
 * @throws {RangeError} If n < 30, a value is not finite, the series is constant or follows its autoregression without residual, or
 * an option is out of range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { halfLifeBand } from "./half_life_band.ts";
 *
 * const noise = Float64Array.from({ length: 300 }, (_, t) => Math.sin(t * t));
 * const spread = new Float64Array(300);
 * for (let t = 1; t < 300; t++) spread[t] = 0.9 * spread[t - 1]! + noise[t]!;
 * const { low, estimate, high } = halfLifeBand(spread, { seed: 1, replications: 199 });
 * assert(low < estimate && estimate < high);
 * ```
 *
 * Source: Kilian (1998), Review of Economics and Statistics 80, with blocks of Politis & Romano (1994). Verified:
 * tests/quant/uncertainty/half_life_band_test.ts (coverage on simulated spreads). Cost: O(replications · n).
 */
export function halfLifeBand(series: Float64Array, options: BandOptions): Band {
  const { level = 0.95, replications = 999, seed } = options;
  requireFinite(series, "series", 30);
  const plain = halfLife(series);
  const n = series.length;
  const { slope, residuals } = autoregression(series);
  if (largestMagnitude(residuals) <= 16 * Number.EPSILON * largestMagnitude(series)) {
    throw new RangeError("series follows its autoregression without residual: nothing can be resampled.");
  }
  const meanBlockLength = options.meanBlockLength ?? optimalBlockLength(residuals).stationary;
  const level0 = series.reduce((sum, value) => sum + value, 0) / n;
  const start = series[0]! - level0;

  /** Estimates of the slope from series with slope `truth`; a diverging series is limited to a random walk. */
  function slopesOf(truth: number, seed: number): Float64Array {
    const keep = 1 + Math.min(0, truth);
    const rebuilt = new Float64Array(n);
    return stationaryBootstrap(n - 1, (places) => {
      rebuilt[0] = start;
      for (let t = 1; t < n; t++) rebuilt[t] = keep * rebuilt[t - 1]! + residuals[places[t - 1]!]!;
      return slopeOf(rebuilt);
    }, { meanBlockLength, replications, seed });
  }

  const first = slopesOf(slope, seed);
  const bias = first.reduce((sum, value) => sum + value, 0) / replications - Math.min(0, slope);
  const corrected = slopesOf(slope - bias, seed + 1).map((value) => value - bias);
  const { low, high } = middleOf(corrected, level);
  return { estimate: plain > 0 ? plain : Infinity, low: sessionsOf(low), high: sessionsOf(high) };
}

function sessionsOf(slope: number): number {
  return slope < 0 ? -Math.LN2 / slope : Infinity;
}

/** Slope of the differences on the level before, for a series around 0: as {@linkcode autoregression}, in two passes. */
function slopeOf(series: Float64Array): number {
  const rows = series.length - 1;
  let sum = 0;
  for (let t = 0; t < rows; t++) sum += series[t]!;
  const mean = sum / rows;
  let product = 0;
  let squares = 0;
  for (let t = 0; t < rows; t++) {
    const deviation = series[t]! - mean;
    product += deviation * (series[t + 1]! - series[t]!);
    squares += deviation * deviation;
  }
  return product / squares;
}

/** Slope of the differences on the level before, and residuals with mean 0. */
function autoregression(series: Float64Array): { slope: number; residuals: Float64Array } {
  const lagged = series.subarray(0, -1);
  const differences = Float64Array.from(lagged, (value, t) => series[t + 1]! - value);
  const { slope, intercept } = linearRegression(lagged, differences);
  return { slope, residuals: differences.map((value, t) => value - intercept - slope * lagged[t]!) };
}
