/** An estimate with its uncertainty. */
export interface Band {
  /** From the sample itself. */
  estimate: number;
  /** Lower end. */
  low: number;
  /** Upper end, not below `low`. */
  high: number;
}

/** Settings of bands. */
export interface BandOptions {
  /** Coverage probability of the band, between 0 and 1; default 0.95. */
  level?: number;
  /** Number of resamples; default 999. */
  replications?: number;
  /** The same seed gives the same band. */
  seed: number;
  /** Mean length of blocks in observations, ≥ 1; by default the optimal one of the series. */
  meanBlockLength?: number;
}

/**
 * The bounds of the middle share `level` of the resamples: order statistics (R + 1)·α/2 from either end.
 *
 * @param values Statistics of R resamples in any order; infinities sort as numbers do.
 * @throws {RangeError} If `level` is not between 0 and 1, R is too small for it, or a value is NaN.
 *
 * Source: Davison & Hinkley (1997), Bootstrap Methods and their Application, §5.2.
 */
export function middleOf(values: Float64Array, level: number): { low: number; high: number } {
  if (!(level > 0 && level < 1)) throw new RangeError(`level must be between 0 and 1, got ${level}.`);
  // (R + 1)·α/2 is meant to be whole for the usual R and α; compensates its rounding.
  const rank = Math.floor((values.length + 1) * (1 - level) / 2 + 1e-9);
  if (rank < 1) {
    throw new RangeError(
      `${values.length} replications cannot tell a band of ${level}: at least ${Math.ceil(2 / (1 - level)) - 1} can.`,
    );
  }
  if (values.some(Number.isNaN)) throw new RangeError("A resample has no statistic: its value is NaN.");
  const sorted = values.toSorted();
  return { low: sorted[rank - 1]!, high: sorted[sorted.length - rank]! };
}
