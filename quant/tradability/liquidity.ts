import { requireSameLength } from "../validate.ts";

/**
 * Median of close × volume over the sessions: the currency traded on a typical day.
 *
 * A session without a trade (volume or close missing, not finite or not positive) counts as 0.
 *
 * @param close Closing prices in the units of `volume`'s shares (both adjusted for splits, or neither), length n ≥ 1.
 * @param volume Shares traded, aligned with `close`.
 * @returns In the currency of the prices per session, ≥ 0.
 * @throws {RangeError} If there is no session or the lengths differ.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { medianDollarVolume } from "./liquidity.ts";
 *
 * assert.equal(medianDollarVolume(Float64Array.of(10, 11, NaN), Float64Array.of(500, 300, 200)), 3300);
 * ```
 *
 * Verified: tests/quant/fixtures/tradability.json (numpy). Cost: O(n log n).
 */
export function medianDollarVolume(close: Float64Array, volume: Float64Array): number {
  requireSessions(close, volume);
  const values = new Float64Array(close.length);
  for (let t = 0; t < values.length; t++) if (traded(close[t]!, volume[t]!)) values[t] = close[t]! * volume[t]!;
  values.sort();
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}

/**
 * Share of the sessions without a trade, 0 to 1: no close, or a volume of 0 (or missing).
 *
 * @param close Closing prices, length n ≥ 1; a value that is not finite or not positive is missing.
 * @param volume Shares traded, aligned with `close`.
 * @throws {RangeError} If there is no session or the lengths differ.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shareWithoutTrade } from "./liquidity.ts";
 *
 * assert.equal(shareWithoutTrade(Float64Array.of(10, 10, NaN, 10), Float64Array.of(500, 0, 200, 1)), 0.5);
 * ```
 *
 * Source: Lesmond, Ogden & Trzcinka (1999), Review of Financial Studies 12, for sessions without movement as illiquidity.
 */
export function shareWithoutTrade(close: Float64Array, volume: Float64Array): number {
  requireSessions(close, volume);
  let without = 0;
  for (let t = 0; t < close.length; t++) if (!traded(close[t]!, volume[t]!)) without++;
  return without / close.length;
}

function traded(price: number, volume: number): boolean {
  return price > 0 && price < Infinity && volume > 0 && volume < Infinity;
}

function requireSessions(close: Float64Array, volume: Float64Array): void {
  requireSameLength(close, volume, "close and volume");
  if (close.length === 0) throw new RangeError("Liquidity needs at least one session, got none.");
}
