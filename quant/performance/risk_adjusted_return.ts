import { maxDrawdown } from "./drawdown.ts";
import { annualizedReturnBySessions, type SessionsPerYear } from "./growth.ts";
import { centralMoments } from "./moments.ts";
import { requireFinite, requirePositive } from "./requirements.ts";

/** `numerator / risk`; for a risk of 0 it is 0 without a gain, else ±∞ with the sign of the gain. */
function ratio(numerator: number, risk: number): number {
  if (risk > 0) return numerator / risk;
  return numerator === 0 ? 0 : numerator * Infinity;
}

/**
 * Volatility a year: sample standard deviation of the returns (divided by n − 1) times √252. Constant returns have 0.
 *
 * @param returns Simple returns per session, n ≥ 2, finite.
 * @throws {RangeError} If there are fewer than 2 returns, one is NaN or ±∞, or `sessionsPerYear` is not above 0 and finite.
 *
 * Verified: tests/quant/fixtures/performance.json.
 */
export function volatility(returns: Float64Array, { sessionsPerYear = 252 }: SessionsPerYear = {}): number {
  requireFinite(returns, "return", 2);
  requirePositive(sessionsPerYear, "sessionsPerYear");
  const { unit, second } = centralMoments(returns);
  return unit * Math.sqrt(second * returns.length / (returns.length - 1) * sessionsPerYear);
}

/** Return of cash, and sessions per year. */
export interface ExcessReturnOptions extends SessionsPerYear {
  /** Return of cash per session (not a year), subtracted from each return; default 0. */
  cashReturnPerSession?: number;
}

function excessReturns(
  returns: Float64Array,
  { cashReturnPerSession = 0, sessionsPerYear = 252 }: ExcessReturnOptions,
) {
  requireFinite(returns, "return", 2);
  requirePositive(sessionsPerYear, "sessionsPerYear");
  if (!Number.isFinite(cashReturnPerSession)) {
    throw new RangeError(`The return of cash must be finite, not ${cashReturnPerSession}.`);
  }
  const excess = cashReturnPerSession === 0 ? returns : returns.map((value) => value - cashReturnPerSession);
  return { excess, annual: Math.sqrt(sessionsPerYear) };
}

/**
 * Sharpe ratio per year: mean excess return over its sample standard deviation (divided by n − 1), times √252.
 *
 * Constant returns: 0 if they equal cash, else ±∞ with the sign of the excess.
 *
 * @param returns Simple returns per session, n ≥ 2, finite.
 * @throws {RangeError} If there are fewer than 2 returns, one is NaN or ±∞, or an option is out of range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sharpeRatio } from "./risk_adjusted_return.ts";
 *
 * assert(Math.abs(sharpeRatio(Float64Array.of(0.02, 0)) - Math.sqrt(126)) < 1e-12);
 * ```
 *
 * Source: Sharpe (1994), The Sharpe Ratio. Verified: tests/quant/fixtures/performance.json.
 */
export function sharpeRatio(returns: Float64Array, options: ExcessReturnOptions = {}): number {
  const { excess, annual } = excessReturns(returns, options);
  return sharpeOfMoments(centralMoments(excess), excess.length) * annual;
}

/** The ratio per session, of the mean and the population variance of n returns in excess of cash. */
export function sharpeOfMoments({ mean, second }: { mean: number; second: number }, n: number): number {
  return ratio(mean, Math.sqrt(second * n / (n - 1)));
}

/**
 * Sortino ratio per year: mean excess return over its downside deviation, times √252.
 *
 * The downside deviation is the root of the mean over **all** sessions of the squared shortfalls, with 0 for sessions without
 * one. Without any shortfall: 0 if there is no excess either, else +∞.
 *
 * @param returns Simple returns per session, n ≥ 2, finite.
 * @throws {RangeError} If there are fewer than 2 returns, one is NaN or ±∞, or an option is out of range.
 *
 * Source: Sortino & van der Meer (1991). Verified: tests/quant/fixtures/performance.json.
 */
export function sortinoRatio(returns: Float64Array, options: ExcessReturnOptions = {}): number {
  const { excess, annual } = excessReturns(returns, options);
  const { unit, mean } = centralMoments(excess);
  let squares = 0;
  for (let t = 0; t < excess.length; t++) squares += Math.min(excess[t]! / unit, 0) ** 2;
  return ratio(mean, Math.sqrt(squares / excess.length)) * annual;
}

/**
 * Calmar ratio: compound return per year of 252 sessions over the size of the maximum drawdown, both of the whole curve.
 *
 * Without a drawdown: 0 if there is no return either, else +∞.
 *
 * @param equity One value a session, oldest first, finite, the first above 0.
 * @throws {RangeError} If `equity` is empty, holds NaN or ±∞, does not start above 0, or `sessionsPerYear` is not above 0.
 *
 * Source: Young (1991). Verified: tests/quant/fixtures/performance.json.
 */
export function calmarRatio(equity: Float64Array, options: SessionsPerYear = {}): number {
  return ratio(annualizedReturnBySessions(equity, options), -maxDrawdown(equity));
}
