import assert from "node:assert/strict";
import { equalRiskContribution } from "../../../quant/weights/equal_risk_contribution.ts";
import { inverseVolatilityWeights } from "../../../quant/weights/portfolio_weights.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import fixture from "../fixtures/weights.json" with { type: "json" };

function rowsOf(matrix: readonly (readonly number[])[]): Float64Array[] {
  return matrix.map((row) => Float64Array.from(row));
}

/** Shares of the variance that each position contributes; all 1 / n where they are equal. */
function contributions(covariance: readonly Float64Array[], weights: Float64Array): number[] {
  const parts = covariance.map((row, i) => weights[i]! * row.reduce((sum, value, j) => sum + value * weights[j]!, 0));
  const variance = parts.reduce((sum, value) => sum + value, 0);
  return parts.map((part) => part / variance);
}

for (const { name, covariance, weights } of fixture) {
  Deno.test(`equalRiskContribution() equals scipy's minimum to 1e-10, and meets its condition: ${name}`, () => {
    const found = equalRiskContribution(rowsOf(covariance));
    weights.forEach((weight, i) => assert.ok(Math.abs(found[i]! / weight - 1) < 1e-10, `${found[i]} and ${weight}`));
    for (const share of contributions(rowsOf(covariance), found)) {
      assert.ok(Math.abs(share * weights.length - 1) < 1e-10);
    }
    assert.ok(Math.abs(found.reduce((sum, value) => sum + value, 0) - 1) < 1e-14);
  });
}

Deno.test("equalRiskContribution() meets its condition for forty positions of few observations", () => {
  const random = pseudoRandom(40);
  const sample = Array.from({ length: 45 }, () => Float64Array.from({ length: 40 }, () => random() - 0.5));
  const covariance = Array.from(
    { length: 40 },
    (_, i) => Float64Array.from({ length: 40 }, (_, j) => sample.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  );
  const shares = contributions(covariance, equalRiskContribution(covariance));
  for (const share of shares) assert.ok(Math.abs(40 * share - 1) < 1e-10);
});

Deno.test("equalRiskContribution() of equal correlations are the weights by inverse volatility", () => {
  const volatilities = Float64Array.of(0.1, 0.25, 0.4);
  const covariance = [...volatilities].map((a, i) => volatilities.map((b, j) => a * b * (i === j ? 1 : 0.3)));
  const expected = inverseVolatilityWeights(volatilities);
  equalRiskContribution(covariance).forEach((weight, i) => assert.ok(Math.abs(weight - expected[i]!) < 1e-12));
});

Deno.test("equalRiskContribution() of identical positions divides equally, of one position is 1", () => {
  assert.deepEqual([...equalRiskContribution(rowsOf([[2, 2], [2, 2]]))], [0.5, 0.5]);
  assert.deepEqual([...equalRiskContribution(rowsOf([[1e-9]]))], [1]);
});

Deno.test("equalRiskContribution() refuses input without a solution", () => {
  assert.throws(() => equalRiskContribution([]), /at least one position/);
  assert.throws(() => equalRiskContribution(rowsOf([[1, 0], [0]])), /row 1 has 1 values/);
  assert.throws(() => equalRiskContribution(rowsOf([[1, 0], [0, 0]])), /position 1 must be positive/);
  assert.throws(() => equalRiskContribution(rowsOf([[1, 0.5], [0.4, 1]])), /not symmetric/);
  assert.throws(() => equalRiskContribution(rowsOf([[1, NaN], [NaN, 1]])), /finite/);
  assert.throws(() => equalRiskContribution(rowsOf([[1, -1], [-1, 1]])), /cancel the risk/);
});
