import assert from "node:assert/strict";
import { residualScore } from "../../quant/residual_score.ts";
import { assertRefusesNonFinite, assertRelative } from "../support/time_series_fixture.ts";
import fixture from "./fixtures/spread_models.json" with { type: "json" };

fixture.residualScore.forEach(({ returns, factors, betas, ...expected }) => {
  Deno.test(`residualScore() equals numpy's least squares to 1e-9: ${factors.length} factors, ${returns.length} sessions`, () => {
    const found = residualScore(Float64Array.from(returns), factors.map((factor) => Float64Array.from(factor)));
    betas.forEach((beta, i) => assertRelative(found.betas[i]!, beta, 1e-9, `beta ${i}`));
    for (const name of ["alpha", "persistence", "halfLife", "mean", "deviation", "score"] as const) {
      assertRelative(found[name], expected[name], 1e-9, name);
    }
  });
});

const [first] = fixture.residualScore;
const returns = Float64Array.from(first!.returns);
const factors = first!.factors.map((factor) => Float64Array.from(factor));

Deno.test("residualScore() knows neither the unit nor the sign of a factor", () => {
  const { score } = residualScore(returns, factors);
  const turned = factors.map((factor, i) => factor.map((value) => value * (i === 1 ? -8 : 0.25)));
  assertRelative(residualScore(returns, turned).score, score, 1e-10, "score");
});

Deno.test("residualScore() is negative for what fell below its factors, positive for what rose above them", () => {
  const moved = (size: number) => residualScore(returns.with(55, returns[55]! + size), factors).score;
  assert.ok(moved(-0.1) < -0.5 && moved(0.1) > 0.5, `${moved(-0.1)} and ${moved(0.1)}`);
});

Deno.test("residualScore() of a residual that does not revert is NaN", () => {
  // The sum leaves its first value ever faster, to end at 0 as every sum of residuals does.
  const summed = Float64Array.from({ length: 40 }, (_, t) => 1 - 1.2 ** (t - 39));
  const leaving = summed.map((value, t) => value - (t === 0 ? 0 : summed[t - 1]!));
  const factor = new Float64Array(40).with(1, 1).with(2, -1);
  const { score, mean, halfLife, persistence } = residualScore(leaving, [factor]);
  assert.ok(persistence >= 1);
  assert.deepEqual([score, mean, halfLife], [NaN, NaN, Infinity]);
});

Deno.test("residualScore() refuses input without a residual", () => {
  assert.throws(() => residualScore(returns, []), /at least one factor/);
  assert.throws(() => residualScore(returns.slice(0, 12), factors), /at least 13 values/);
  assert.throws(() => residualScore(returns, [factors[0]!.slice(1)]), /Factor 0 has 59 returns, the ticker 60/);
  assert.throws(() => residualScore(returns, [factors[0]!, factors[0]!.map((r) => 2 * r)]), /Factor 1 is constant or/);
  assert.throws(() => residualScore(returns, [new Float64Array(60).fill(0.1)]), /Factor 0 is constant or/);
  assert.throws(() => residualScore(factors[0]!.map((r) => 3 * r + 0.001), [factors[0]!]), /leave nothing/);
  assertRefusesNonFinite((value) => residualScore(returns.with(3, value), factors));
});
