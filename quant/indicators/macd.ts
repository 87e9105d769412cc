import { requireCloses } from "./closes.ts";
import { smooth } from "./ema.ts";

/** Windows of the three averages, whole numbers ≥ 1. */
export interface MacdOptions {
  /** Default 12. */
  fastWindow?: number;
  /** Default 26. */
  slowWindow?: number;
  /** Default 9. */
  signalWindow?: number;
}

/** Arrays aligned with the closes, without `NaN`. */
export interface Macd {
  /** Fast less slow exponential average. */
  value: Float64Array;
  /** Exponential average of `value` from its first one on. */
  signal: Float64Array;
  /** `value` − `signal`. */
  histogram: Float64Array;
}

/**
 * Moving average convergence and divergence: the fast exponential average less the slow one, and its own average as signal.
 *
 * Defined from the first close on, where all three are 0; without closes all three are empty.
 *
 * @param closes Oldest first, finite.
 * @throws {RangeError} If a close is NaN or ±∞ or a window is not a whole number ≥ 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { macd } from "./macd.ts";
 *
 * const { histogram } = macd(Float64Array.of(10, 10, 11));
 * assert(histogram[0] === 0 && histogram[2]! > 0);
 * ```
 *
 * Source: Appel (1979). Verified: tests/golden/indicators_test.ts. Cost: O(n).
 */
export function macd(closes: Float64Array, options: MacdOptions = {}): Macd {
  const { fastWindow = 12, slowWindow = 26, signalWindow = 9 } = options;
  requireCloses(closes, { fastWindow, slowWindow, signalWindow });
  return macdOf(smooth(closes, fastWindow), smooth(closes, slowWindow), { signalWindow });
}

/**
 * {@linkcode macd} from its two exponential averages.
 *
 * @param options.before Signal at the close before the first one, to carry on from it: the result is that of all closes, bit by bit.
 *
 * Cost: O(n).
 */
export function macdOf(
  fast: Float64Array,
  slow: Float64Array,
  { signalWindow = 9, before }: Pick<MacdOptions, "signalWindow"> & { before?: number } = {},
): Macd {
  const value = fast.map((average, t) => average - slow[t]!);
  const signal = smooth(value, signalWindow, before);
  return { value, signal, histogram: value.map((difference, t) => difference - signal[t]!) };
}
