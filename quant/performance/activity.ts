import type { SessionsPerYear } from "./growth.ts";
import { requireFinite, requirePositive } from "./requirements.ts";

/** Validates the weights and returns the number of sessions. */
function requireWeights(weights: readonly Float64Array[]): number {
  const sessions = weights[0]?.length ?? 0;
  if (sessions === 0) throw new RangeError("Needs the weights of at least one instrument in one session.");
  for (const [i, column] of weights.entries()) {
    if (column.length !== sessions) {
      throw new RangeError(`All instruments need ${sessions} weights; instrument ${i} has ${column.length}.`);
    }
    requireFinite(column, "weight");
  }
  return sessions;
}

/**
 * Turnover per year: value bought plus value sold, in multiples of equity, averaged over the sessions, times 252.
 *
 * Both sides count: entering and closing a position of weight 1 is a turnover of 2. The portfolio starts empty, so that the first
 * session's holdings were bought. The drift of weights between sessions is not a trade and not counted.
 *
 * @param weights One array per instrument: its value over equity in each session, negative when short, oldest first, finite.
 * @throws {RangeError} If there is no weight, one is NaN or ±∞, lengths differ, or `sessionsPerYear` is not above 0 and finite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { turnover } from "./activity.ts";
 *
 * assert(turnover([Float64Array.of(1, 1, 0, 0)], { sessionsPerYear: 4 }) === 2);
 * ```
 */
export function turnover(weights: readonly Float64Array[], { sessionsPerYear = 252 }: SessionsPerYear = {}): number {
  const sessions = requireWeights(weights);
  requirePositive(sessionsPerYear, "sessionsPerYear");
  let traded = 0;
  for (const column of weights) {
    for (let t = 0; t < sessions; t++) traded += Math.abs(column[t]! - (t === 0 ? 0 : column[t - 1]!));
  }
  return traded / sessions * sessionsPerYear;
}

/** In multiples of equity, averaged over all sessions. */
export interface Exposure {
  /** Share of sessions with a position. */
  timeInMarket: number;
  /** Mean of the absolute weights' sum. */
  gross: number;
  /** Mean of the signed weights' sum; 0 for a dollar-neutral portfolio. */
  net: number;
  /** Highest gross exposure of any session. */
  maxGross: number;
}

/**
 * Time in the market, and exposure of a portfolio.
 *
 * @param weights One array per instrument: its value over equity in each session, negative when short, oldest first, finite.
 * @throws {RangeError} If there is no weight, one is NaN or ±∞, or lengths differ.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { exposure } from "./activity.ts";
 *
 * const { timeInMarket, gross, net } = exposure([Float64Array.of(0, 0.5), Float64Array.of(0, -0.5)]);
 * assert(timeInMarket === 0.5 && gross === 0.5 && net === 0);
 * ```
 */
export function exposure(weights: readonly Float64Array[]): Exposure {
  const sessions = requireWeights(weights);
  let held = 0;
  let grossSum = 0;
  let netSum = 0;
  let maxGross = 0;
  for (let t = 0; t < sessions; t++) {
    let gross = 0;
    for (const column of weights) {
      gross += Math.abs(column[t]!);
      netSum += column[t]!;
    }
    if (gross > 0) held++;
    grossSum += gross;
    maxGross = Math.max(maxGross, gross);
  }
  return { timeInMarket: held / sessions, gross: grossSum / sessions, net: netSum / sessions, maxGross };
}
