import { requireEquity } from "./requirements.ts";

/**
 * Drawdown at each session: equity / highest equity so far − 1, from 0 downwards.
 *
 * @param equity Oldest first, finite, the first above 0. Below −1 where equity is negative.
 * @throws {RangeError} If `equity` is empty, holds NaN or ±∞, or does not start above 0.
 */
export function drawdowns(equity: Float64Array): Float64Array {
  requireEquity(equity);
  let peak = equity[0]!;
  return equity.map((value) => {
    peak = Math.max(peak, value);
    return value / peak - 1;
  });
}

/**
 * Maximum drawdown: the lowest of {@linkcode drawdowns}, 0 or below (−0.2: a fifth was lost from the peak).
 *
 * 0 for a single value and for equity that never falls.
 *
 * @throws {RangeError} If `equity` is empty, holds NaN or ±∞, or does not start above 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { maxDrawdown } from "./drawdown.ts";
 *
 * assert(maxDrawdown(Float64Array.of(100, 120, 90, 130)) === -0.25);
 * ```
 *
 * Verified: tests/quant/fixtures/performance.json.
 */
export function maxDrawdown(equity: Float64Array): number {
  return drawdowns(equity).reduce((lowest, value) => Math.min(lowest, value), 0);
}

/** Positions in the equity curve. */
export interface DrawdownPeriod {
  /** 0 or below. */
  depth: number;
  /** The last session at the peak from which equity fell. */
  peakIndex: number;
  /** The first session at the lowest point. */
  troughIndex: number;
  /** The first session back at the peak or above it; `null` if equity had not recovered by the end. */
  recoveryIndex: number | null;
  /** Sessions from the peak to the recovery, or to the end. */
  durationSessions: number;
}

/**
 * The deepest drawdown (the first of equally deep ones): from which peak, to which trough, until when.
 *
 * Equity that never falls has a depth and a duration of 0, all at the first session.
 *
 * @throws {RangeError} If `equity` is empty, holds NaN or ±∞, or does not start above 0.
 */
export function deepestDrawdown(equity: Float64Array): DrawdownPeriod {
  const depths = drawdowns(equity);
  let troughIndex = 0;
  for (let t = 1; t < depths.length; t++) if (depths[t]! < depths[troughIndex]!) troughIndex = t;
  const depth = depths[troughIndex]!;
  if (depth === 0) return { depth, peakIndex: 0, troughIndex: 0, recoveryIndex: 0, durationSessions: 0 };
  let peakIndex = troughIndex;
  while (depths[peakIndex]! < 0) peakIndex--;
  let after = troughIndex;
  while (after < depths.length && depths[after]! < 0) after++;
  const recovered = after < depths.length;
  return {
    depth,
    peakIndex,
    troughIndex,
    recoveryIndex: recovered ? after : null,
    durationSessions: (recovered ? after : depths.length - 1) - peakIndex,
  };
}

/**
 * Sessions that the maximum drawdown lasted: from its peak until equity was back there, or to the end.
 *
 * The deepest drawdown need not be the longest, see {@linkcode longestDrawdownDuration}.
 *
 * @throws {RangeError} If `equity` is empty, holds NaN or ±∞, or does not start above 0.
 */
export function maxDrawdownDuration(equity: Float64Array): number {
  return deepestDrawdown(equity).durationSessions;
}

/**
 * Sessions of the longest time from a peak until equity was back there, or to the end; 0 if equity never falls.
 *
 * @throws {RangeError} If `equity` is empty, holds NaN or ±∞, or does not start above 0.
 */
export function longestDrawdownDuration(equity: Float64Array): number {
  const depths = drawdowns(equity);
  let peak = 0;
  let longest = 0;
  let falling = false;
  for (let t = 1; t < depths.length; t++) {
    if (depths[t]! < 0) {
      falling = true;
      longest = Math.max(longest, t - peak);
    } else {
      if (falling) longest = Math.max(longest, t - peak);
      falling = false;
      peak = t;
    }
  }
  return longest;
}
