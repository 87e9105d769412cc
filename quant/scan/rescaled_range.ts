/** Length of the blocks whose extremes and sums are shared by all windows that cover them. */
const BLOCK = 8;

/**
 * A window whose variance is below this share of its mean square has lost digits to the drift; its variance is computed again in
 * two passes.
 */
const DRIFT_SHARE = 1e-6;

/** Scratch of `meanRescaledRanges`, reused from pair to pair. */
export interface RescaledRangeScratch {
  readonly highs: Float64Array;
  readonly lows: Float64Array;
  readonly squares: Float64Array;
}

/** Scratch for series of `sessions` values. */
export function rescaledRangeScratch(sessions: number): RescaledRangeScratch {
  return {
    highs: new Float64Array(sessions),
    lows: new Float64Array(sessions),
    squares: new Float64Array(sessions),
  };
}

/**
 * Mean rescaled range R/S of a series for each window length: R is the range of the levels, S the sample standard deviation of
 * their differences, over non-overlapping windows from the start. Windows without range or deviation are skipped, also those
 * whose deviation is only rounding, such as windows with both prices interpolated along a straight line.
 *
 * Writes NaN for a window length if every window was skipped.
 *
 * @param levels The series, n values.
 * @param differences `differences[t]` = levels[t] − levels[t − 1] for t = 1 … n − 1; entry 0 is not read.
 * @param windows Window lengths, at least 10 each.
 * @param rounding Deviation up to which differences are rounding.
 * @param means Receives one mean per window length.
 */
export function meanRescaledRanges(
  levels: Float64Array,
  differences: Float64Array,
  windows: Int32Array,
  rounding: number,
  means: Float64Array,
  scratch: RescaledRangeScratch,
): void {
  const n = levels.length;
  shareBlocks(levels, differences, scratch);
  const { highs, lows, squares } = scratch;
  for (let k = 0; k < windows.length; k++) {
    const window = windows[k]!;
    let sum = 0;
    let count = 0;
    for (let start = 0; start + window <= n; start += window) {
      const last = start + window - BLOCK;
      let high = highs[last]!;
      let low = lows[last]!;
      for (let t = start; t < last; t += BLOCK) {
        high = Math.max(high, highs[t]!);
        low = Math.min(low, lows[t]!);
      }
      const range = high - low;

      const steps = window - 1;
      let square = 0;
      let t = start + 1;
      for (; t + BLOCK <= start + window; t += BLOCK) square += squares[t]!;
      for (; t < start + window; t++) square += differences[t]! * differences[t]!;
      const total = levels[start + steps]! - levels[start]!;
      let variance = (square - total * total / steps) / (steps - 1);
      if (variance < DRIFT_SHARE * square / steps) variance = varianceInTwoPasses(differences, start + 1, steps);
      if (range > 0 && variance > rounding * rounding) {
        sum += range / Math.sqrt(variance);
        count++;
      }
    }
    means[k] = sum / count;
  }
}

/** Extremes of levels and sums of squared differences over the eight entries from each t on. */
function shareBlocks(levels: Float64Array, differences: Float64Array, scratch: RescaledRangeScratch): void {
  const { highs, lows, squares } = scratch;
  const n = levels.length;
  for (let t = 0; t + 1 < n; t++) {
    highs[t] = Math.max(levels[t]!, levels[t + 1]!);
    lows[t] = Math.min(levels[t]!, levels[t + 1]!);
    squares[t] = differences[t]! * differences[t]! + differences[t + 1]! * differences[t + 1]!;
  }
  for (let width = 2; width < BLOCK; width *= 2) {
    for (let t = 0; t + 2 * width <= n; t++) {
      highs[t] = Math.max(highs[t]!, highs[t + width]!);
      lows[t] = Math.min(lows[t]!, lows[t + width]!);
      squares[t] = squares[t]! + squares[t + width]!;
    }
  }
}

/** Sample variance of `count` differences from `from` on. */
function varianceInTwoPasses(differences: Float64Array, from: number, count: number): number {
  let sum = 0;
  for (let t = from; t < from + count; t++) sum += differences[t]!;
  const mean = sum / count;
  let square = 0;
  for (let t = from; t < from + count; t++) square += (differences[t]! - mean) * (differences[t]! - mean);
  return square / (count - 1);
}
