import { requireFinite } from "./requirements.ts";

/** How far out the tail begins. */
export interface TailRiskOptions {
  /** Confidence level strictly between 0 and 1; default 0.95: one session in twenty is worse. */
  level?: number;
}

/** Returns ascending, and their quantile at 1 − level. */
function tail(returns: Float64Array, { level = 0.95 }: TailRiskOptions) {
  requireFinite(returns, "return");
  if (!(level > 0 && level < 1)) throw new RangeError(`The confidence level must be between 0 and 1, not ${level}.`);
  const sorted = returns.toSorted();
  // 1 − 0.9 is not 0.1: a position meant to be whole must not fall short of it, or the shortfall would lose a session.
  const exact = (sorted.length - 1) * (1 - level);
  const position = Math.abs(exact - Math.round(exact)) < 1e-9 ? Math.round(exact) : exact;
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return { sorted, quantile: low + (high - low) * (position - below) };
}

/**
 * Historical value at risk: the loss that a share 1 − `level` of sessions exceeded, as a positive number.
 *
 * The quantile of the returns at 1 − level, interpolated linearly between order statistics, with its sign turned: negative
 * where even the tail gained. One return is its own quantile.
 *
 * @param returns Simple returns a session, n ≥ 1, finite, in any order.
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
 * Historical expected shortfall: the mean loss of the sessions at or beyond the value at risk, as a positive number.
 *
 * Never below {@linkcode valueAtRisk}; the worst session is always among those averaged.
 *
 * @param returns Simple returns a session, n ≥ 1, finite, in any order.
 * @throws {RangeError} If there is no return, one is NaN or ±∞, or `level` is not between 0 and 1.
 *
 * Source: Acerbi & Tasche (2002). Verified: tests/quant/fixtures/performance.json. Cost: O(n log n).
 */
export function expectedShortfall(returns: Float64Array, options: TailRiskOptions = {}): number {
  const { sorted, quantile } = tail(returns, options);
  let sum = 0;
  let count = 0;
  while (count < sorted.length && (count === 0 || sorted[count]! <= quantile)) sum += sorted[count++]!;
  return 0 - sum / count;
}
