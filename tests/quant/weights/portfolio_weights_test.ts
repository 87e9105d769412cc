import assert from "node:assert/strict";
import { equalWeights, inverseVolatilityWeights } from "../../../quant/weights/portfolio_weights.ts";

Deno.test("equalWeights() are equal and refuse no positions", () => {
  assert.deepEqual([...equalWeights(5)], [0.2, 0.2, 0.2, 0.2, 0.2]);
  for (const n of [0, -1, 1.5, NaN]) assert.throws(() => equalWeights(n), RangeError);
});

Deno.test("inverseVolatilityWeights() sum to 1 and make weight times volatility equal, at every scale", () => {
  for (const scale of [1, 1e-300, 1e300]) {
    const volatilities = Float64Array.of(0.1, 0.2, 0.5).map((value) => value * scale);
    const weights = inverseVolatilityWeights(volatilities);
    assert.ok(Math.abs(weights.reduce((sum, value) => sum + value, 0) - 1) < 1e-15);
    const risks = weights.map((weight, i) => weight * volatilities[i]!);
    for (const risk of risks) assert.ok(Math.abs(risk / risks[0]! - 1) < 1e-15);
  }
});

Deno.test("inverseVolatilityWeights() refuse constant series", () => {
  assert.throws(() => inverseVolatilityWeights(new Float64Array(0)), /at least 1/);
  for (const bad of [0, -1]) assert.throws(() => inverseVolatilityWeights(Float64Array.of(1, bad)), /Volatility 1/);
  assert.throws(() => inverseVolatilityWeights(Float64Array.of(1, NaN)), /finite/);
});
