import assert from "node:assert/strict";
import { backtestOverfitting } from "../../../quant/uncertainty/backtest_overfitting.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import riskLab from "../fixtures/overfitting.json" with { type: "json" };
import fixture from "../fixtures/uncertainty.json" with { type: "json" };

for (const { name, trials, blocks, ...expected } of fixture.overfitting) {
  Deno.test(`backtestOverfitting() equals brute force over the joined blocks to 1e-12: ${name}`, () => {
    const found = backtestOverfitting(trials.map((returns) => Float64Array.from(returns)), { blocks });
    assert.equal(found.probability, expected.probability);
    assert.equal(found.probabilityOfLoss, expected.probabilityOfLoss);
    for (const column of ["logits", "inSampleSharpe", "outOfSampleSharpe"] as const) {
      assert.equal(found[column].length, expected[column].length);
      expected[column].forEach((value, d) => assert.ok(Math.abs(found[column][d]! - value) < 1e-12, `${column} ${d}`));
    }
  });
}

for (const { name, trials, blocks, probability, sortedLogits } of riskLab) {
  Deno.test(`backtestOverfitting() has the probability and the logits of RiskLabAI to 1e-12: ${name}`, () => {
    const found = backtestOverfitting(trials.map((returns) => Float64Array.from(returns)), { blocks });
    assert.ok(Math.abs(found.probability - probability) < 1e-12, `${found.probability}, not ${probability}`);
    assert.equal(found.logits.length, sortedLogits.length);
    found.logits.sort().forEach((logit, d) => assert.ok(Math.abs(logit - sortedLogits[d]!) < 1e-12, `logit ${d}`));
  });
}

function noise(trials: number, sessions: number, seed: number): Float64Array[] {
  const random = pseudoRandom(seed);
  return Array.from({ length: trials }, () => Float64Array.from({ length: sessions }, () => random() - 0.5));
}

Deno.test("backtestOverfitting() is about a half for noise, little for skill and 1 where sums are fixed", () => {
  const probabilities = Array.from({ length: 20 }, (_, seed) => {
    return backtestOverfitting(noise(10, 160, seed), { blocks: 8 }).probability;
  });
  const mean = probabilities.reduce((sum, value) => sum + value, 0) / 20;
  assert.ok(mean > 0.35 && mean < 0.65, `${mean}`);

  const skilled = noise(10, 160, 1);
  skilled[4] = skilled[4]!.map((value) => value + 0.3);
  assert.ok(backtestOverfitting(skilled, { blocks: 8 }).probability < 0.01);

  // Trials with one total: what one half gained the other lost, so that the best in sample is the worst out of sample.
  const compensating = noise(10, 160, 2).map((returns) => {
    const mean = returns.reduce((sum, value) => sum + value, 0) / 160;
    return returns.map((value) => value - mean);
  });
  assert.ok(backtestOverfitting(compensating, { blocks: 8 }).probability > 0.9);
});

Deno.test("backtestOverfitting() takes all divisions, and leaves out the oldest sessions that fill no block", () => {
  const trials = noise(3, 70, 5);
  const found = backtestOverfitting(trials);
  assert.equal(found.logits.length, 12_870);
  assert.equal(found.sessions, 64);
  const trimmed = backtestOverfitting(trials.map((returns) => returns.slice(6)));
  assert.ok(trimmed.logits.every((logit, d) => logit === found.logits[d]));
  assert.ok(trimmed.outOfSampleSharpe.every((sharpe, d) => sharpe === found.outOfSampleSharpe[d]));
});

Deno.test("backtestOverfitting() ranks a trial that never trades between those that lose and those that gain", () => {
  const flat = new Float64Array(40);
  const [gain, lose] = [0.1, -0.1].map((drift) => noise(1, 40, 3)[0]!.map((value) => value / 50 + drift));
  const { outOfSampleSharpe, probability } = backtestOverfitting([flat, lose!], { blocks: 4 });
  assert.ok(outOfSampleSharpe.every((sharpe) => sharpe === 0));
  assert.equal(probability, 0);
  assert.ok(backtestOverfitting([flat, gain!], { blocks: 4 }).outOfSampleSharpe.every((sharpe) => sharpe > 0));
});

Deno.test("backtestOverfitting() is not confused by returns with a large mean", () => {
  const trials = noise(5, 80, 6);
  const shifted = trials.map((returns) => returns.map((value) => value / 1e6 + 1));
  const { outOfSampleSharpe } = backtestOverfitting(shifted, { blocks: 4 });
  assert.ok(outOfSampleSharpe.every((sharpe) => sharpe > 1e6 && sharpe < 1e7));
});

Deno.test("backtestOverfitting() refuses indivisible samples", () => {
  assert.throws(() => backtestOverfitting(noise(1, 40, 1)), /at least 2 trials/);
  assert.throws(() => backtestOverfitting(noise(2, 31, 1)), /at least 32 values/);
  for (const blocks of [3, 0, 22, 4.5]) {
    assert.throws(() => backtestOverfitting(noise(2, 100, 1), { blocks }), RangeError);
  }
  assert.throws(() => backtestOverfitting([...noise(1, 40, 1), ...noise(1, 41, 1)], { blocks: 2 }), /trial 1 has 41/);
  assert.throws(() => backtestOverfitting([new Float64Array(40), new Float64Array(40).fill(NaN)]), /finite/);
});
