import assert from "node:assert/strict";
import {
  deflatedSharpeRatio,
  expectedMaximumSharpe,
  probabilisticSharpeRatio,
  sharpeLowerEnd,
  sharpeSample,
  sharpeTrials,
} from "../../../quant/performance/sharpe_significance.ts";
import fixture from "../fixtures/performance.json" with { type: "json" };
import { assertRelative, refusesBadReturns } from "./performance_assertions.ts";

Deno.test("deflatedSharpeRatio() gives the example of Bailey & López de Prado (2014)", () => {
  const result = deflatedSharpeRatio(
    { sharpe: 2.5 / Math.sqrt(250), observations: 1250, skewness: -3, kurtosis: 10 },
    { trials: 100, trialVariance: 0.5 / 250 },
  );
  assert.equal(result.expectedMaximumSharpe.toFixed(4), "0.1132");
  assert.equal(result.deflatedSharpeRatio.toFixed(4), "0.9004");
});

for (
  const { expectedMaximumSharpe: threshold, deflatedSharpeRatio: probability, ...given } of fixture.deflatedSharpeRatio
) {
  Deno.test(`deflatedSharpeRatio() equals the 50-digit value for ${given.trials} trials`, () => {
    const result = deflatedSharpeRatio(given, given);
    assertRelative(result.expectedMaximumSharpe, threshold, 1e-14);
    assertRelative(result.deflatedSharpeRatio, probability, 1e-13);
  });
}

for (const expected of fixture.metrics) {
  Deno.test(`sharpeSample() and probabilisticSharpeRatio() equal 50-digit values: ${expected.name}`, () => {
    const sample = sharpeSample(Float64Array.from(expected.returns));
    assertRelative(sample.sharpe, expected.sharpe);
    assertRelative(sample.skewness, expected.skewness, 1e-11);
    assertRelative(sample.kurtosis, expected.kurtosis);
    assert.equal(sample.observations, expected.returns.length);
    assertRelative(probabilisticSharpeRatio(sample), expected.probabilisticSharpeRatio);
  });
}

Deno.test("probabilisticSharpeRatio() is a half at the benchmark and grows with the sample", () => {
  assert.equal(probabilisticSharpeRatio({ sharpe: 0.1, observations: 50 }, 0.1), 0.5);
  const short = probabilisticSharpeRatio({ sharpe: 0.1, observations: 100 });
  const long = probabilisticSharpeRatio({ sharpe: 0.1, observations: 400 });
  assert.ok(0.5 < short && short < long && long < 1);
});

Deno.test("probabilisticSharpeRatio() is certain where two equally likely values leave no sampling error", () => {
  // Skewness² + 1 = kurtosis; 1 − skewness·SR + (kurtosis − 1)/4·SR² is 0 at SR = 2 / skewness.
  const sample = { sharpe: 2, observations: 10, skewness: 1, kurtosis: 2 };
  assert.equal(probabilisticSharpeRatio(sample), 1);
  assert.equal(probabilisticSharpeRatio(sample, 3), 0);
});

Deno.test("sharpeSample() of any two-valued returns is accepted by probabilisticSharpeRatio()", () => {
  for (let winners = 1; winners < 20; winners++) {
    const sample = sharpeSample(Float64Array.from({ length: 20 }, (_, i) => (i < winners ? 0.013 : -0.007)));
    const probability = probabilisticSharpeRatio(sample);
    assert.ok(probability >= 0 && probability <= 1);
  }
});

Deno.test("expectedMaximumSharpe() is 0 for one trial and for trials that do not differ, and grows with their number", () => {
  assert.equal(expectedMaximumSharpe({ trials: 1, trialVariance: 0.01 }), 0);
  assert.equal(expectedMaximumSharpe({ trials: 50, trialVariance: 0 }), 0);
  let last = 0;
  for (const trials of [2, 5, 40, 1000, 1e9, 1e15]) {
    const threshold = expectedMaximumSharpe({ trials, trialVariance: 0.01 });
    assert.ok(threshold > last && Number.isFinite(threshold));
    last = threshold;
  }
});

Deno.test("sharpeTrials() takes count and variance from the same trials", () => {
  assert.deepEqual(sharpeTrials(Float64Array.of(0.1)), { trials: 1, trialVariance: 0 });
  const { trials, trialVariance } = sharpeTrials(Float64Array.of(1, 2, 3, 6));
  assert.equal(trials, 4);
  assertRelative(trialVariance, 14 / 3);
  assert.deepEqual(sharpeTrials(new Float64Array(5).fill(0.1)), { trials: 5, trialVariance: 0 });
  assert.throws(() => sharpeTrials(new Float64Array(0)), /at least 1 Sharpe ratio value/);
  assert.throws(() => sharpeTrials(Float64Array.of(0.1, NaN)), RangeError);
});

Deno.test("sharpeSample() of returns of any size is that of the returns in another unit", () => {
  const returns = Float64Array.of(0.02, -0.01, 0.005, 0.03, -0.02);
  const expected = sharpeSample(returns);
  for (const unit of [2 ** 990, 2 ** -990]) {
    const sample = sharpeSample(returns.map((value) => value * unit));
    for (const name of ["sharpe", "skewness", "kurtosis"] as const) assertRelative(sample[name], expected[name]);
  }
});

Deno.test("deflatedSharpeRatio() refuses impossible samples and trials", () => {
  const sample = { sharpe: 0.1, observations: 100 };
  const trials = { trials: 10, trialVariance: 0.01 };
  for (const bad of [NaN, Infinity, -Infinity]) {
    assert.throws(() => deflatedSharpeRatio({ ...sample, sharpe: bad }, trials), RangeError);
    assert.throws(() => deflatedSharpeRatio({ ...sample, skewness: bad }, trials), RangeError);
    assert.throws(() => deflatedSharpeRatio({ ...sample, kurtosis: bad }, trials), RangeError);
    assert.throws(() => deflatedSharpeRatio(sample, { ...trials, trials: bad }), RangeError);
    assert.throws(() => deflatedSharpeRatio(sample, { ...trials, trialVariance: bad }), RangeError);
    assert.throws(() => probabilisticSharpeRatio(sample, bad), RangeError);
  }
  for (const observations of [0, 1, 10.5, NaN]) {
    assert.throws(() => probabilisticSharpeRatio({ ...sample, observations }), RangeError);
  }
  assert.throws(() => probabilisticSharpeRatio({ ...sample, skewness: 2, kurtosis: 4 }), /No distribution/);
  assert.throws(() => expectedMaximumSharpe({ trials: 0.5, trialVariance: 0.01 }), RangeError);
  assert.throws(() => expectedMaximumSharpe({ trials: 5, trialVariance: -0.01 }), RangeError);
});

Deno.test("sharpeSample() refuses returns without risk", () => {
  assert.throws(() => sharpeSample(new Float64Array(9).fill(0.1)), /without risk/);
});

refusesBadReturns("sharpeSample", sharpeSample, 2);

Deno.test("sharpeLowerEnd() is the ratio that the true one exceeds with the given probability", () => {
  for (const confidence of [0.5, 0.9, 0.975]) {
    const sample = { sharpe: 0.08, observations: 300, skewness: -1.2, kurtosis: 8 };
    assertRelative(probabilisticSharpeRatio(sample, sharpeLowerEnd(sample, confidence)), confidence, 1e-12);
  }
  const short = { sharpe: 0.08, observations: 30 };
  assert.ok(sharpeLowerEnd(short) < sharpeLowerEnd({ ...short, observations: 3000 }));
});

Deno.test("sharpeLowerEnd() refuses a confidence that is no probability, and what probabilisticSharpeRatio() refuses", () => {
  for (const confidence of [0, 1, NaN]) {
    assert.throws(() => sharpeLowerEnd({ sharpe: 0, observations: 100 }, confidence), RangeError);
  }
  assert.throws(() => sharpeLowerEnd({ sharpe: NaN, observations: 100 }), RangeError);
  assert.throws(() => sharpeLowerEnd({ sharpe: 0, observations: 1 }), RangeError);
});
