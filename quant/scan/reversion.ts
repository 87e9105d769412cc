/**
 * Half-life of a spread by the reference convention: Δs on lagged s and a constant over all n rows, with the first row (lagged 0,
 * Δ = s₀).
 *
 * Needs sums only, because Σ sₜ₋₁·Δsₜ telescopes to ½(s²ₙ₋₁ − s²₀ − Σ Δs²).
 *
 * @returns −ln 2 / slope in sessions: negative if the spread does not revert, +Infinity if the slope is exactly 0.
 */
export function halfLifeFromSums(
  sessions: number,
  first: number,
  last: number,
  sums: { laggedLevels: number; laggedSquares: number; squaredDifferences: number },
): number {
  const cross = 0.5 * (last * last - first * first - sums.squaredDifferences) - sums.laggedLevels * last / sessions;
  const square = sums.laggedSquares - sums.laggedLevels * sums.laggedLevels / sessions;
  const slope = cross / square;
  return slope === 0 ? Infinity : -Math.LN2 / slope;
}

/** Number of crossings of `mean`: sessions, except the last, on the mean or whose successor is on the other side. */
export function crossingsOf(series: Float64Array, mean: number): number {
  let crossings = 0;
  let here = series[0]! - mean;
  for (let t = 1; t < series.length; t++) {
    const next = series[t]! - mean;
    if (here * next < 0 || here === 0) crossings++;
    here = next;
  }
  return crossings;
}
