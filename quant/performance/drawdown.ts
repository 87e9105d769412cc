import { requireEquity } from "./requirements.ts";

/**
 * Drawdown at each session: equity / highest equity so far − 1, 0 or below.
 *
 * @param equity Oldest first, finite, the first above 0. The drawdown is below −1 where equity is negative.
 * @throws {RangeError} If `equity` is empty, holds NaN or ±∞, or does not start above 0.
 */
export function drawdowns(equity: Float64Array): Float64Array {
  requireEquity(equity);
  let peak = equity[0]!;
  const depths = new Float64Array(equity.length);
  for (let t = 0; t < equity.length; t++) {
    const value = equity[t]!;
    if (value > peak) peak = value;
    depths[t] = value / peak - 1;
  }
  return depths;
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
  requireEquity(equity);
  let peak = equity[0]!;
  let lowest = 0;
  for (let t = 0; t < equity.length; t++) {
    const value = equity[t]!;
    if (value > peak) peak = value;
    const depth = value / peak - 1;
    if (depth < lowest) lowest = depth;
  }
  return lowest;
}

/** Indices into the equity curve. */
export interface DrawdownPeriod {
  /** 0 or below. */
  depth: number;
  /** The last session at the peak from which equity fell. */
  peakIndex: number;
  /** The first session at the lowest point. */
  troughIndex: number;
  /** The first session at or above the peak again; `null` if equity had not recovered by the end. */
  recoveryIndex: number | null;
  /** Sessions from the peak to the recovery, or to the end. */
  durationSessions: number;
}

/**
 * Every drawdown from its peak to its recovery, or to the end, in order of time; empty if equity never falls.
 *
 * @throws {RangeError} If `equity` is empty, holds NaN or ±∞, or does not start above 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { drawdownPeriods } from "./drawdown.ts";
 *
 * const [first, second] = drawdownPeriods(Float64Array.of(100, 90, 100, 50));
 * assert(first!.recoveryIndex === 2 && second!.depth === -0.5 && second!.recoveryIndex === null);
 * ```
 */
export function drawdownPeriods(equity: Float64Array): DrawdownPeriod[] {
  const depths = drawdowns(equity);
  const periods: DrawdownPeriod[] = [];
  for (let t = 1; t < depths.length; t++) {
    if (depths[t]! === 0) continue;
    const peakIndex = t - 1;
    let troughIndex = t;
    for (; t < depths.length && depths[t]! < 0; t++) if (depths[t]! < depths[troughIndex]!) troughIndex = t;
    const recovered = t < depths.length;
    periods.push({
      depth: depths[troughIndex]!,
      peakIndex,
      troughIndex,
      recoveryIndex: recovered ? t : null,
      durationSessions: (recovered ? t : depths.length - 1) - peakIndex,
    });
  }
  return periods;
}

/**
 * The deepest drawdown (the first of equally deep ones): peak, trough and recovery.
 *
 * Equity that never falls has a depth and a duration of 0, all at the first session.
 *
 * @throws {RangeError} If `equity` is empty, holds NaN or ±∞, or does not start above 0.
 */
export function deepestDrawdown(equity: Float64Array): DrawdownPeriod {
  const periods = drawdownPeriods(equity);
  const none = { depth: 0, peakIndex: 0, troughIndex: 0, recoveryIndex: 0, durationSessions: 0 };
  return periods.reduce<DrawdownPeriod>((deepest, period) => period.depth < deepest.depth ? period : deepest, none);
}

/**
 * Duration of the maximum drawdown in sessions: from its peak to its recovery, or to the end.
 *
 * The deepest drawdown need not be the longest, see {@linkcode longestDrawdownDuration}.
 *
 * @throws {RangeError} If `equity` is empty, holds NaN or ±∞, or does not start above 0.
 */
export function maxDrawdownDuration(equity: Float64Array): number {
  return deepestDrawdown(equity).durationSessions;
}

/**
 * Sessions of the longest time from a peak to its recovery, or to the end; 0 if equity never falls.
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
