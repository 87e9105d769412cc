import { requireFinite, requireInteger } from "../validate.ts";

/**
 * Equal weights: 1 / n each.
 *
 * @param n Number of positions, a whole number ≥ 1.
 * @throws {RangeError} If n is not a whole number ≥ 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { equalWeights } from "./portfolio_weights.ts";
 *
 * assert.deepEqual([...equalWeights(4)], [0.25, 0.25, 0.25, 0.25]);
 * ```
 */
export function equalWeights(n: number): Float64Array {
  requireInteger(n, "The number of positions", 1);
  return new Float64Array(n).fill(1 / n);
}

/**
 * Weights in inverse proportion to volatility, summing to 1: equal risk contributions if all correlations are equal.
 *
 * @param volatilities Of each position, n ≥ 1, all over the same time, positive and finite. Leave out constant positions, whose volatility is 0.
 * @throws {RangeError} If there is none, or one is not positive and finite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { inverseVolatilityWeights } from "./portfolio_weights.ts";
 *
 * assert.deepEqual([...inverseVolatilityWeights(Float64Array.of(0.1, 0.2, 0.2))], [0.5, 0.25, 0.25]);
 * ```
 */
export function inverseVolatilityWeights(volatilities: Float64Array): Float64Array {
  requireFinite(volatilities, "volatilities", 1);
  for (let i = 0; i < volatilities.length; i++) {
    if (!(volatilities[i]! > 0)) throw new RangeError(`Volatility ${i} must be positive, got ${volatilities[i]}.`);
  }
  // In units of the smallest volatility nothing overflows.
  const smallest = volatilities.reduce((least, value) => Math.min(least, value), Infinity);
  const inverse = volatilities.map((value) => smallest / value);
  const sum = inverse.reduce((total, value) => total + value, 0);
  return inverse.map((value) => value / sum);
}
