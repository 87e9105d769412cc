import { requireFinite } from "../validate.ts";

/** Maximum number of rounds of the descent; a covariance that is not nearly singular needs some dozens. */
const MOST_ROUNDS = 10_000;

/** Contributions that differ by at most this share of their mean count as equal. */
const TOLERANCE = 1e-12;

/**
 * Weights, positive and summing to 1, at which every position contributes equally to the portfolio's variance: wᵢ·(Σw)ᵢ is equal
 * for all i.
 *
 * They exist and are unique if no combination of positive weights is free of risk. Found by cyclical coordinate descent on ½·x′Σx
 * − Σ ln xᵢ; its minimum, normalized to a sum of 1, has the weights.
 *
 * @param covariance One array per row, n ≥ 1: symmetric, finite, positive variances.
 * @throws {RangeError} If there is no row, a row has another length, a value is not finite, a variance is not positive, the
 * matrix is not symmetric, or positive weights cancel the risk, so that there is no solution.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { equalRiskContribution } from "./equal_risk_contribution.ts";
 *
 * const weights = equalRiskContribution([Float64Array.of(0.04, 0.01), Float64Array.of(0.01, 0.01)]);
 * assert(Math.abs(weights[0]! - 1 / 3) < 1e-12); // of two positions each goes by its volatility
 * ```
 *
 * Source: Maillard, Roncalli & Teïletche (2010), Journal of Portfolio Management 36; descent of Griveau-Billion, Richard &
 * Roncalli (2013). Verified: tests/quant/fixtures/weights.json (scipy) and the condition itself to 1e-10. Cost: O(n²) per round.
 */
export function equalRiskContribution(covariance: readonly Float64Array[]): Float64Array {
  const n = covariance.length;
  if (n === 0) throw new RangeError("Risk is shared among at least one position, got none.");
  covariance.forEach((row, i) => {
    requireFinite(row, `Row ${i} of the covariance`, 1);
    if (row.length !== n) throw new RangeError(`The covariance has ${n} rows, but row ${i} has ${row.length} values.`);
    if (!(row[i]! > 0)) throw new RangeError(`The variance of position ${i} must be positive, got ${row[i]}.`);
  });
  const deviations = Float64Array.from(covariance, (row, i) => Math.sqrt(row[i]!));
  // The descent uses correlations, so that it does not depend on the variances; weights are divided by deviations at the end.
  const correlation = covariance.map((row, i) => {
    return row.map((value, j) => {
      const scale = deviations[i]! * deviations[j]!;
      if (Math.abs(value - covariance[j]![i]!) > 1e-12 * scale) {
        throw new RangeError(
          `The covariance is not symmetric: (${i}, ${j}) is ${value}, (${j}, ${i}) ${covariance[j]![i]}.`,
        );
      }
      return value / scale;
    });
  });

  const x = new Float64Array(n).fill(1 / Math.sqrt(n));
  for (let round = 0; round < MOST_ROUNDS; round++) {
    for (let i = 0; i < n; i++) {
      let rest = 0;
      for (let j = 0; j < n; j++) if (j !== i) rest += correlation[i]![j]! * x[j]!;
      // The positive root of x² + rest·x − 1, in the form that adds numbers of equal sign.
      const root = Math.sqrt(rest * rest + 4);
      x[i] = rest > 0 ? 2 / (rest + root) : (root - rest) / 2;
    }
    if (largestExcess(correlation, x) <= TOLERANCE) {
      const weights = x.map((value, i) => value / deviations[i]!);
      const sum = weights.reduce((total, value) => total + value, 0);
      return weights.map((value) => value / sum);
    }
  }
  throw new RangeError("Positive weights cancel the risk of these positions: no weights share it equally.");
}

/** Largest distance of the contributions from 1, their value at the minimum. */
function largestExcess(correlation: readonly Float64Array[], x: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < x.length; i++) {
    let sum = 0;
    for (let j = 0; j < x.length; j++) sum += correlation[i]![j]! * x[j]!;
    largest = Math.max(largest, Math.abs(x[i]! * sum - 1));
  }
  return largest;
}
