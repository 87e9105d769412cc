import { uniformRandom } from "../uniform_random.ts";
import { requireInteger } from "../validate.ts";

/** Settings of the resampling. */
export interface StationaryBootstrapOptions {
  /** Mean length of the blocks in observations, ≥ 1; 1 draws observations independently. */
  meanBlockLength: number;
  /** Number of resamples; default 999. */
  replications?: number;
  /** The same seed gives the same resamples. */
  seed: number;
}

/**
 * Indices of one resample: blocks of consecutive observations with uniformly drawn starts and geometric lengths; the last
 * observation is followed by the first, so that all indices are equally likely.
 *
 * @param places Receives n indices from 0 to n − 1.
 * @param meanBlockLength ≥ 1.
 * @param random Uniform in [0, 1): one number for the first index, then one for each further index, and one more at the start of a block.
 *
 * Verified: tests/quant/fixtures/uncertainty.json (`arch`, the same draws give the same indices).
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
 * A statistic on resamples of a series by the stationary block bootstrap, which preserves stationarity and the dependence within
 * blocks.
 *
 * @param length Number of observations n ≥ 2.
 * @param statistic Computes the statistic from the indices of a resample. The array is reused: copy it to keep it.
 * @returns One value per resample, in the order drawn; not sorted.
 * @throws {RangeError} If `length` is not a whole number of at least 2, `replications` not one of at least 1, or
 * `meanBlockLength` is below 1 or not finite.
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
 * tests/quant/fixtures/uncertainty.json (`arch` 8, `StationaryBootstrap`). Cost: O(replications · n) plus that of the statistic.
 */
export function stationaryBootstrap(
  length: number,
  statistic: (places: Int32Array) => number,
  options: StationaryBootstrapOptions,
): Float64Array {
  const { meanBlockLength, replications = 999, seed } = options;
  requireResamples(length, { meanBlockLength, replications });
  const random = uniformRandom(seed);
  const places = new Int32Array(length);
  const values = new Float64Array(replications);
  for (let i = 0; i < replications; i++) {
    stationaryBlocks(places, meanBlockLength, random);
    values[i] = statistic(places);
  }
  return values;
}

/** @throws {RangeError} If they are not those of {@linkcode stationaryBootstrap}. */
export function requireResamples(
  length: number,
  { meanBlockLength, replications }: { meanBlockLength: number; replications: number },
): void {
  requireInteger(length, "The number of observations", 2);
  requireInteger(replications, "replications", 1);
  if (!(meanBlockLength >= 1 && meanBlockLength < Infinity)) {
    throw new RangeError(`meanBlockLength must be at least 1 and finite, got ${meanBlockLength}.`);
  }
}
