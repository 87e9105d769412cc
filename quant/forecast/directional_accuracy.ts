import { requireFinite, requireSameLength } from "../validate.ts";

/** Share of forecasts with the right direction. */
export interface DirectionalAccuracy {
  /** Share of all positions with equal signs; a forecast of no change is right only if there was none. */
  accuracy: number;
  /** Share of the positions with a forecast change whose signs are equal; NaN without such positions. */
  accuracyOfCalls: number;
  /** Number of positions whose forecast differs from the value that it started from. */
  calls: number;
  /** Number of positions with equal signs. */
  right: number;
  /** Number of calls with equal signs. */
  rightCalls: number;
}

/**
 * Compares the sign of each forecast change with that of the true one; signs are +1, −1 or 0, equal values being 0.
 *
 * @param actual The true values, n ≥ 1, finite.
 * @param forecast The forecasts of those values.
 * @param origin The last value known when each forecast was made.
 * @throws {RangeError} If the lengths differ, the arrays are empty or a value is not finite.
 *
 * @example
 * ```ts
 * import { directionalAccuracy } from "./directional_accuracy.ts";
 * directionalAccuracy(Float64Array.of(2, 1), Float64Array.of(3, 3), Float64Array.of(1, 2)).accuracy; // 0.5
 * ```
 *
 * Verified: tests/quant/forecast/forecast_scores_test.ts. Cost: O(n).
 */
export function directionalAccuracy(
  actual: Float64Array,
  forecast: Float64Array,
  origin: Float64Array,
): DirectionalAccuracy {
  requireSameLength(actual, forecast, "actual and forecast");
  requireSameLength(actual, origin, "actual and origin");
  requireFinite(actual, "actual", 1);
  requireFinite(forecast, "forecast", 1);
  requireFinite(origin, "origin", 1);
  let right = 0;
  let rightCalls = 0;
  let calls = 0;
  for (let t = 0; t < actual.length; t++) {
    // Comparison is exact, while a difference could underflow.
    const called = compare(forecast[t]!, origin[t]!);
    const agrees = called === compare(actual[t]!, origin[t]!);
    if (agrees) right++;
    if (called !== 0) {
      calls++;
      if (agrees) rightCalls++;
    }
  }
  return { accuracy: right / actual.length, accuracyOfCalls: rightCalls / calls, calls, right, rightCalls };
}

function compare(a: number, b: number): number {
  return a > b ? 1 : a < b ? -1 : 0;
}
