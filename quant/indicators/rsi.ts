import { requireCloses } from "./closes.ts";

/**
 * Relative strength index: 100 − 100 / (1 + average gain / average loss), from 0 to 100.
 *
 * The first averages are the sums of the first `window` − 1 changes divided by `window` (the first close counts as a change of
 * 0); from there on Wilder's smoothing, (average·(window − 1) + change) / window. Without losses (constant closes included) it
 * is 100.
 *
 * @param closes Oldest first, finite.
 * @param window A whole number ≥ 1; Wilder's own is 14.
 * @returns Aligned with `closes`; `NaN` before index `window − 1`.
 * @throws {RangeError} If a close is NaN or ±∞ or `window` is not a whole number ≥ 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { rsi } from "./rsi.ts";
 *
 * assert.equal(rsi(Float64Array.of(1, 2, 1, 2), 3)[3]!.toFixed(2), "71.43");
 * ```
 *
 * Source: Wilder (1978), New Concepts in Technical Trading Systems; the seed is the market data vendor's. Verified:
 * tests/golden/indicators_test.ts. Cost: O(n).
 */
export function rsi(closes: Float64Array, window = 14): Float64Array {
  return relativeStrength(averageMoves(closes, window));
}

/** Smoothed gains and losses of a close, each 0 or more, of which {@linkcode rsi} is made. */
export interface AverageMoves {
  gain: Float64Array;
  loss: Float64Array;
}

/**
 * The average gain and the average loss of {@linkcode rsi}.
 *
 * @param before The close before the first one with its averages, to carry on from them: the result is that of all closes, bit by bit.
 * @returns Aligned with `closes`; `NaN` before index `window − 1` where nothing is carried on.
 * @throws {RangeError} If a close is NaN or ±∞ or `window` is not a whole number ≥ 1.
 *
 * Cost: O(n).
 */
export function averageMoves(
  closes: Float64Array,
  window = 14,
  before?: { close: number; gain: number; loss: number },
): AverageMoves {
  requireCloses(closes, { window });
  const result = { gain: new Float64Array(closes.length).fill(NaN), loss: new Float64Array(closes.length).fill(NaN) };
  let { gain, loss } = before ?? { gain: 0, loss: 0 };
  for (let t = 0; t < closes.length; t++) {
    const change = t > 0 ? closes[t]! - closes[t - 1]! : before ? closes[t]! - before.close : 0;
    const up = Math.max(change, 0);
    const down = Math.max(-change, 0);
    if (before || t >= window) {
      gain = (gain * (window - 1) + up) / window;
      loss = (loss * (window - 1) + down) / window;
    } else {
      gain += up;
      loss += down;
      if (t < window - 1) continue;
      gain /= window;
      loss /= window;
    }
    result.gain[t] = gain;
    result.loss[t] = loss;
  }
  return result;
}

/** {@linkcode rsi} from its averages; `NaN` where they are. */
export function relativeStrength({ gain, loss }: AverageMoves): Float64Array {
  return gain.map((up, t) => loss[t] === 0 ? 100 : 100 - 100 / (1 + up / loss[t]!));
}
