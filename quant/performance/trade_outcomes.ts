import { requireFinite } from "./requirements.ts";

/**
 * Hit rate: the share of gains among the outcomes other than 0; 0 if every outcome is 0 or there are none.
 *
 * @param outcomes Profits of trades or returns of sessions, finite. A session without a position is 0 and does not count.
 * @throws {RangeError} If an outcome is NaN or ±∞.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { hitRate } from "./trade_outcomes.ts";
 *
 * assert(hitRate(Float64Array.of(3, -1, 0, 2, 5)) === 0.75);
 * ```
 */
export function hitRate(outcomes: Float64Array): number {
  requireFinite(outcomes, "outcome", 0);
  let wins = 0;
  let decided = 0;
  for (let i = 0; i < outcomes.length; i++) {
    if (outcomes[i]! > 0) wins++;
    if (outcomes[i]! !== 0) decided++;
  }
  return decided === 0 ? 0 : wins / decided;
}

/**
 * Profit factor: the sum of all gains over the sum of all losses; above 1 for a net gain.
 *
 * Gains without a loss give +∞; neither gains nor losses, or no outcome at all, give 0.
 *
 * @param outcomes Profits of trades or returns of sessions, finite.
 * @throws {RangeError} If an outcome is NaN or ±∞.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { profitFactor } from "./trade_outcomes.ts";
 *
 * assert(profitFactor(Float64Array.of(3, -1, -1)) === 1.5);
 * ```
 */
export function profitFactor(outcomes: Float64Array): number {
  requireFinite(outcomes, "outcome", 0);
  let gains = 0;
  let losses = 0;
  for (let i = 0; i < outcomes.length; i++) {
    if (outcomes[i]! > 0) gains += outcomes[i]!;
    else losses -= outcomes[i]!;
  }
  if (losses > 0) return gains / losses;
  return gains > 0 ? Infinity : 0;
}
