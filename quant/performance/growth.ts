import { requireEquity, requireFinite, requirePositive } from "./requirements.ts";

/**
 * Equity after each session, with returns reinvested: `start`·(1 + r[0])·(1 + r[1])…, one longer than `returns`. Without returns
 * it is the start alone.
 *
 * @param returns Simple returns per session, oldest first, finite.
 * @param start Equity before the first session, above 0; default 1.
 * @throws {RangeError} If a return is NaN or ±∞ or `start` is not above 0 and finite.
 */
export function compoundEquity(returns: Float64Array, start = 1): Float64Array {
  requireFinite(returns, "return", 0);
  requirePositive(start, "The starting equity");
  const equity = new Float64Array(returns.length + 1);
  equity[0] = start;
  for (let t = 0; t < returns.length; t++) equity[t + 1] = equity[t]! * (1 + returns[t]!);
  return equity;
}

/**
 * Total return: last / first − 1. One value gives 0.
 *
 * @param equity Equity or prices, oldest first, finite, the first above 0.
 * @throws {RangeError} If `equity` is empty, holds NaN or ±∞, or does not start above 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { totalReturn } from "./growth.ts";
 *
 * assert(totalReturn(Float64Array.of(100, 80, 125)) === 0.25);
 * ```
 */
export function totalReturn(equity: Float64Array): number {
  requireEquity(equity);
  return equity.at(-1)! / equity[0]! - 1;
}

/** (1 + total)^(1 / years) − 1; 0 if no time passed, −1 if everything (or more) was lost. */
function annualize(total: number, years: number): number {
  if (years === 0) return 0;
  return total <= -1 ? -1 : Math.pow(1 + total, 1 / years) - 1;
}

/**
 * Compound return per year of 365.25 calendar days: (1 + total)^(365.25 / days) − 1.
 *
 * 0 if no day passed; −1 if equity ended at or below 0. Over few days it can exceed the range of doubles and is then +∞.
 *
 * @param equity Oldest first, finite, the first above 0.
 * @param calendarDays Days from the first value's date to the last's, ≥ 0.
 * @throws {RangeError} As {@linkcode totalReturn}, or if `calendarDays` is negative or not finite.
 *
 * Verified: tests/quant/fixtures/performance.json.
 */
export function annualizedReturnByCalendar(equity: Float64Array, calendarDays: number): number {
  if (!(calendarDays >= 0 && calendarDays < Infinity)) {
    throw new RangeError(`The number of calendar days must be finite and not below 0, not ${calendarDays}.`);
  }
  return annualize(totalReturn(equity), calendarDays / 365.25);
}

/** Number of sessions in a year, for annualization. */
export interface SessionsPerYear {
  /** Default 252. */
  sessionsPerYear?: number;
}

/**
 * Compound return per year of 252 sessions: (1 + total)^(252 / sessions) − 1, where n values span n − 1 sessions.
 *
 * 0 for a single value; −1 if equity ended at or below 0. Over few sessions it can exceed the range of doubles and is then +∞.
 *
 * @param equity One value a session, oldest first, finite, the first above 0.
 * @throws {RangeError} As {@linkcode totalReturn}, or if `sessionsPerYear` is not above 0 and finite.
 *
 * Verified: tests/quant/fixtures/performance.json.
 */
export function annualizedReturnBySessions(
  equity: Float64Array,
  { sessionsPerYear = 252 }: SessionsPerYear = {},
): number {
  requirePositive(sessionsPerYear, "sessionsPerYear");
  return annualizedTotal(totalReturn(equity), equity.length - 1, { sessionsPerYear });
}

/** The same of a total return over a number of sessions, without an equity curve. */
export function annualizedTotal(
  total: number,
  sessions: number,
  { sessionsPerYear = 252 }: SessionsPerYear = {},
): number {
  return annualize(total, sessions / sessionsPerYear);
}
