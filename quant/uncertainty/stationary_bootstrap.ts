import { uniformRandom } from "../uniform_random.ts";
import { requireInteger } from "../validate.ts";

/** How a series is resampled. */
export interface StationaryBootstrapOptions {
  /** Mean length of the blocks in observations, ≥ 1; 1 draws observations independently. */
  meanBlockLength: number;
  /** How many resamples; default 999. */
  replications?: number;
  /** The same seed gives the same resamples. */
  seed: number;
}

/**
 * Places of one resample: blocks of consecutive observations, each begun at a place drawn uniformly and of geometric length; after
 * the last observation comes the first, so that every place is as likely.
 *
 * @param places Receives n places from 0 to n − 1.
 * @param meanBlockLength ≥ 1.
 * @param random Uniform in [0, 1): one number for the first place, then one for each further place, and one more where a block
 * begins.
 *
 * Verified: tests/quant/fixtures/uncertainty.json (`arch`, the same draws give the same places).
 */
export function stationaryBlocks(places: Int32Array, meanBlockLength: number, random: () => number): void {
  const n = places.length;
  const begins = 1 / meanBlockLength;
  let place = Math.floor(random() * n);
  places[0] = place;
  for (let i = 1; i < n; i++) {
    if (random() > begins) place = place + 1 === n ? 0 : place + 1;
    else place = Math.floor(random() * n);
    places[i] = place;
  }
}

/**
 * A statistic on resamples of a series by the stationary block bootstrap, which keeps the series stationary and its dependence
 * within blocks.
 *
 * @param length Number of observations n ≥ 2.
 * @param statistic Given the places of a resample, the statistic of it. The array is reused: copy what is kept.
 * @returns One value a resample, in the order drawn; not sorted.
 * @throws {RangeError} If `length` or `replications` is no whole number of at least 2 or 1, or `meanBlockLength` is below 1 or not
 * finite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { stationaryBootstrap } from "./stationary_bootstrap.ts";
 *
 * const returns = Float64Array.from({ length: 200 }, (_, t) => Math.sin(t * t));
 * const means = stationaryBootstrap(
 *   returns.length,
 *   (places) => places.reduce((sum, place) => sum + returns[place]!, 0) / places.length,
 *   { meanBlockLength: 5, replications: 99, seed: 1 },
 * );
 * assert(means.length === 99 && means.every((mean) => Math.abs(mean) < 0.5));
 * ```
 *
 * Source: Politis & Romano (1994), Journal of the American Statistical Association 89. Verified:
 * tests/quant/fixtures/uncertainty.json (`arch` 8, `StationaryBootstrap`). Cost: O(replications · n) and the statistic's own.
 */
export function stationaryBootstrap(
  length: number,
  statistic: (places: Int32Array) => number,
  options: StationaryBootstrapOptions,
): Float64Array {
  const { meanBlockLength, replications = 999, seed } = options;
  requireInteger(length, "The number of observations", 2);
  requireInteger(replications, "replications", 1);
  if (!(meanBlockLength >= 1 && meanBlockLength < Infinity)) {
    throw new RangeError(`meanBlockLength must be at least 1 and finite, got ${meanBlockLength}.`);
  }
  const random = uniformRandom(seed);
  const places = new Int32Array(length);
  const values = new Float64Array(replications);
  for (let i = 0; i < replications; i++) {
    stationaryBlocks(places, meanBlockLength, random);
    values[i] = statistic(places);
  }
  return values;
}
