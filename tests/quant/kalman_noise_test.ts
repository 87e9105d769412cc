import assert from "node:assert/strict";
import { kalmanHedgeRatio } from "../../quant/kalman_hedge_ratio.ts";
import { kalmanNoise } from "../../quant/kalman_noise.ts";
import { assertRefusesNonFinite, assertRelative } from "../support/time_series_fixture.ts";
import fixture from "./fixtures/spread_models.json" with { type: "json" };

for (const { name, x, y, ...expected } of fixture.kalmanNoise) {
  Deno.test(`kalmanNoise() finds the maximum that statsmodels' state space finds: ${name}`, () => {
    const found = kalmanNoise(Float64Array.from(y), Float64Array.from(x));
    // A maximum is flat: its place is known to the root of the likelihood's rounding, its height is not to be missed.
    assert.ok(found.logLikelihood > expected.logLikelihood - 1e-6);
    assertRelative(found.stepVariance, expected.stepVariance, 1e-4, "step");
    assertRelative(found.observationVariance, expected.observationVariance, 1e-4, "observation");
    assertRelative(found.logLikelihood, expected.logLikelihood, 1e-10, "likelihood");
  });
}

Deno.test("kalmanNoise() gives options of kalmanHedgeRatio(), whose likelihood it is", () => {
  const { x, y } = fixture.kalmanNoise[0]!;
  const [legY, legX] = [Float64Array.from(y), Float64Array.from(x)];
  const noise = kalmanNoise(legY, legX);
  const { innovations, innovationVariances } = kalmanHedgeRatio(legY, legX, noise);
  let sum = 0;
  for (let t = 2; t < y.length; t++) {
    sum -= 0.5 * (Math.log(2 * Math.PI * innovationVariances[t]!) + innovations[t]! ** 2 / innovationVariances[t]!);
  }
  assertRelative(sum, noise.logLikelihood, 1e-8, "likelihood");
});

Deno.test("kalmanNoise() of y in another unit has variances in that unit", () => {
  const { x, y } = fixture.kalmanNoise[1]!;
  const [legY, legX] = [Float64Array.from(y), Float64Array.from(x)];
  const plain = kalmanNoise(legY, legX);
  const scaled = kalmanNoise(legY.map((value) => 16 * value), legX);
  assertRelative(scaled.stepVariance, 256 * plain.stepVariance, 1e-6, "step");
  assertRelative(scaled.observationVariance, 256 * plain.observationVariance, 1e-6, "observation");
});

Deno.test("kalmanNoise() of a fixed line with noise has next to no drift", () => {
  const x = Float64Array.from({ length: 300 }, (_, t) => 1 + 0.2 * Math.sin(t / 20));
  const y = x.map((price, t) => 0.7 * price + 0.3 + 0.01 * Math.sin(t * t));
  const { stepVariance, observationVariance } = kalmanNoise(y, x);
  assert.ok(stepVariance < 1e-4 * observationVariance, `${stepVariance} and ${observationVariance}`);
});

Deno.test("kalmanNoise() refuses legs without an estimate", () => {
  const ten = Float64Array.from({ length: 10 }, (_, t) => 1 + Math.sin(t * t));
  assert.throws(() => kalmanNoise(ten.slice(1), ten.slice(1)), /at least 10 values/);
  assert.throws(() => kalmanNoise(ten, ten.slice(1)), /same length/);
  assert.throws(() => kalmanNoise(ten, new Float64Array(10).fill(2)), /x is constant/);
  assert.throws(() => kalmanNoise(new Float64Array(10), ten), /nothing of y/);
  assertRefusesNonFinite((value) => kalmanNoise(ten.with(4, value), ten));
});
