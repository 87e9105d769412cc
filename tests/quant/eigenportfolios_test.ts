import assert from "node:assert/strict";
import { eigenportfolios } from "../../quant/eigenportfolios.ts";
import fixture from "./fixtures/spread_models.json" with { type: "json" };

const { weights, explainedVarianceRatio } = fixture.eigenportfolios;
const universe = fixture.eigenportfolios.returns.map((returns) => Float64Array.from(returns));

Deno.test("eigenportfolios() are numpy's eigenvectors of the correlation matrix over volatilities, to 1e-9 up to sign", () => {
  const found = eigenportfolios(universe, 3);
  weights.forEach((weight, j) => {
    const sign = Math.sign(weight[0]! * found.weights[j]![0]!);
    weight.forEach((value, i) => assert.ok(Math.abs(sign * found.weights[j]![i]! / value - 1) < 1e-9));
    assert.ok(Math.abs(found.explainedVarianceRatio[j]! / explainedVarianceRatio[j]! - 1) < 1e-12);
    found.returns[j]!.forEach((value, t) => {
      const expected = weight.reduce((sum, w, i) => sum + sign * w * universe[i]![t]!, 0);
      assert.ok(Math.abs(value - expected) < 1e-9);
    });
  });
});

Deno.test("eigenportfolios() refuse tickers without variation, and name them", () => {
  assert.throws(() => eigenportfolios([universe[0]!, new Float64Array(90).fill(0.01)], 1), /ticker 1 are constant/);
  assert.throws(() => eigenportfolios([universe[0]!, universe[1]!.with(3, NaN)], 1), /ticker 1 must be finite/);
  assert.throws(() => eigenportfolios([universe[0]!], 1), /at least 2 tickers/);
});
