import { requireFinite } from "./requirements.ts";

/** Start of the tail. */
export interface TailRiskOptions {
  /** Confidence level strictly between 0 and 1; default 0.95: one session in twenty is worse. */
  level?: number;
}

/** A number of sessions that is meant to be whole: 1 − 0.9 is not exactly 0.1, and the product must not fall short by its rounding. */
function whole(sessions: number): number {
  const nearest = Math.round(sessions);
  return Math.abs(sessions - nearest) < 1e-9 ? nearest : sessions;
}

/** Returns ascending, the share 1 − level of them in the tail, and their quantile at that share. */
function tail(returns: Float64Array, { level = 0.95 }: TailRiskOptions) {
  requireFinite(returns, "return");
  if (!(level > 0 && level < 1)) throw new RangeError(`The confidence level must be between 0 and 1, not ${level}.`);
  const sorted = returns.toSorted();
  const share = 1 - level;
  const position = whole((sorted.length - 1) * share);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return { sorted, share, quantile: low + (high - low) * (position - below) };
}

/**
 * Historical value at risk: the loss that a share 1 − `level` of sessions exceeded, as a positive number.
 *
 * The quantile of the returns at 1 − level, interpolated linearly between order statistics, with the opposite sign: negative if
 * even the tail gained. One return is its own quantile.
 *
 * @param returns Simple returns per session, n ≥ 1, finite, in any order.
 * @throws {RangeError} If there is no return, one is NaN or ±∞, or `level` is not between 0 and 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { valueAtRisk } from "./tail_risk.ts";
 *
 * assert(valueAtRisk(Float64Array.of(-0.03, -0.01, 0, 0.01, 0.02), { level: 0.75 }) === 0.01);
 * ```
 *
 * Source: Hyndman & Fan (1996), definition 7, for the quantile. Verified: tests/quant/fixtures/performance.json.
 * Cost: O(n log n).
 */
export function valueAtRisk(returns: Float64Array, options: TailRiskOptions = {}): number {
  return 0 - tail(returns, options).quantile;
}

/**
 * Historical expected shortfall: the mean loss of the worst share 1 − `level` of the sessions, as a positive number.
 *
 * Exactly n·(1 − level) sessions are averaged: the worst ones in full and the next one with the fractional remainder, so that
 * returns equal to the quantile count only as far as the tail reaches. With fewer than one session in the tail it is the worst
 * loss. Never below {@linkcode valueAtRisk}.
 *
 * @param returns Simple returns per session, n ≥ 1, finite, in any order.
 * @throws {RangeError} If there is no return, one is NaN or ±∞, or `level` is not between 0 and 1.
 *
 * Source: Acerbi & Tasche (2002), On the coherence of expected shortfall, definition 2.6 on the sample. Verified:
 * tests/quant/fixtures/performance.json. Cost: O(n log n).
 */
export function expectedShortfall(returns: Float64Array, options: TailRiskOptions = {}): number {
  const { sorted, share } = tail(returns, options);
  const sessions = whole(sorted.length * share);
  const complete = Math.floor(sessions);
  if (complete === 0) return 0 - sorted[0]!;
  let sum = 0;
  for (let i = 0; i < complete; i++) sum += sorted[i]!;
  // If the tail is the whole sample, no session is left for the fraction.
  const partial = sessions - complete;
  if (partial > 0) sum += partial * sorted[complete]!;
  return 0 - sum / sessions;
}
