import assert from "node:assert/strict";
import fc from "fast-check";
import { convergenceReturns, formationCovariance, riskShares } from "../../../quant/backtest/formation_risk.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import fixture from "../fixtures/formation_risk.json" with { type: "json" };
import { normals } from "./generated_pair.ts";

const noise = (seed: number, scale: number, count = 100) => {
  const normal = normals(pseudoRandom(seed));
  return Float64Array.from({ length: count }, () => scale * normal());
};

/** What each pair contributes to the variance of all, in multiples of its mean. */
function contributions(covariance: readonly Float64Array[], shares: Float64Array): number[] {
  const parts = covariance.map((row, i) => shares[i]! * row.reduce((sum, value, j) => sum + value * shares[j]!, 0));
  const variance = parts.reduce((sum, value) => sum + value, 0);
  return parts.map((part) => parts.length * part / variance);
}

for (const { name, returns, shares } of fixture) {
  Deno.test(`riskShares() equal scipy's minimum on scikit-learn's shrunk covariance to 1e-9: ${name}`, () => {
    const series = returns.map((values) => Float64Array.from(values));
    const found = riskShares(series);
    shares.forEach((share, i) => assert.ok(Math.abs(found[i]! / share - 1) < 1e-9, `${found[i]} and ${share}`));
    for (const part of contributions(formationCovariance(series), found)) assert.ok(Math.abs(part - 1) < 1e-9);
  });
}

Deno.test("riskShares() of two pairs go by inverse volatility, whatever their correlation", () => {
  const first = noise(1, 0.004);
  for (const mix of [-0.9, 0, 0.9]) {
    const second = noise(2, 0.01).map((value, t) => value + 3 * mix * first[t]!);
    const [s1, s2] = [first, second].map((series) => {
      const mean = series.reduce((sum, value) => sum + value, 0) / series.length;
      return Math.sqrt(series.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (series.length - 1));
    }) as [number, number];
    const shares = riskShares([first, second]);
    assert.ok(Math.abs(shares[0]! - s2 / (s1 + s2)) < 1e-12);
    assert.ok(Math.abs(shares[1]! - s1 / (s1 + s2)) < 1e-12);
  }
});

Deno.test("riskShares() give less to each of two pairs that move together than to the one that does not", () => {
  const common = noise(3, 0.01);
  const like = noise(4, 0.001).map((value, t) => value + common[t]!);
  const [a, b, apart] = riskShares([common, like, noise(5, 0.01)]) as unknown as [number, number, number];
  assert.ok(apart > 1.25 * a && apart > 1.25 * b, `${a}, ${b}, ${apart}`);
});

Deno.test("riskShares() take a pair without enough returns for one of median volatility, uncorrelated", () => {
  const short = noise(6, 0.5).fill(NaN, 0, 90);
  const constant = new Float64Array(100).fill(0.01);
  const first = noise(1, 0.004);
  const known = [first, noise(2, 0.006).map((value, t) => value + first[t]!), noise(3, 0.01)];
  for (const unknown of [short, constant, new Float64Array(100).fill(NaN)]) {
    const covariance = formationCovariance([...known, unknown]);
    assert.deepEqual([...covariance[3]!], [0, 0, 0, covariance[1]![1]]);
    assert.ok(covariance[0]![1] !== 0);
  }
  assert.deepEqual([...riskShares([short, constant])], [0.5, 0.5]);
  assert.deepEqual([...riskShares([noise(1, 0.004)])], [1]);
});

Deno.test("riskShares() exist for pairs of the same tickers, and for positions that would cancel", () => {
  const [a, b] = [noise(1, 0.01), noise(2, 0.01)];
  const against = a.map((value, t) => -value - b[t]!);
  for (const returns of [[a, b, against], [a, a, a], [a, a.map((value) => -value)]]) {
    const shares = riskShares(returns);
    for (const part of contributions(formationCovariance(returns), shares)) assert.ok(Math.abs(part - 1) < 1e-6);
  }
});

Deno.test("riskShares() contribute equally, within 1e-6, whatever the pairs did", () => {
  const series = fc.array(fc.oneof(fc.double({ min: -0.2, max: 0.2, noNaN: true }), fc.constant(NaN)), {
    minLength: 30,
    maxLength: 30,
  });
  fc.assert(fc.property(fc.array(series, { minLength: 1, maxLength: 10 }), (drawn) => {
    const returns = drawn.map((values) => Float64Array.from(values));
    const shares = riskShares(returns);
    assert.ok(Math.abs(shares.reduce((sum, value) => sum + value, 0) - 1) < 1e-12);
    for (const part of contributions(formationCovariance(returns), shares)) assert.ok(Math.abs(part - 1) < 1e-6);
  }));
});

Deno.test("formationCovariance() refuses what does not belong together", () => {
  assert.throws(() => formationCovariance([]), /at least one pair/);
  assert.throws(() => formationCovariance([new Float64Array(3), new Float64Array(2)]), /same length/);
  assert.throws(() => formationCovariance([new Float64Array(3)], { maxTilt: 0.5 }), /maxTilt/);
  assert.throws(() => formationCovariance([new Float64Array(3)], { minReturns: 1 }), /minReturns/);
});

Deno.test("convergenceReturns() are those of a position against the distance from the line", () => {
  // Above the line by 2, below by 3, on it, above by 1.
  const price1 = Float64Array.of(50, 51, 50, 52);
  const price2 = Float64Array.of(112, 109, 110, 115);
  const returns = convergenceReturns(price1, price2, { slope: 2, intercept: 10 });
  // Sold at 112 + 2 · 50: −(109 − 112 − 2 · 1). Bought at 109 + 2 · 51: 110 − 109 + 2 · 1. Nothing is held from the line on.
  assert.deepEqual([...returns], [5 / 212, 3 / 211, 0]);
});

Deno.test("convergenceReturns() do not depend on which leg comes first", () => {
  const price1 = noise(7, 1).map((value, t) => 60 + value + t / 10);
  const price2 = noise(8, 1).map((value, t) => 1.5 * price1[t]! + 4 + value);
  const returns = convergenceReturns(price1, price2, { slope: 1.5, intercept: 4 });
  const turned = convergenceReturns(price2, price1, { slope: 1 / 1.5, intercept: -4 / 1.5 });
  returns.forEach((value, t) => assert.ok(Math.abs(value - turned[t]!) < 1e-15));
});

Deno.test("convergenceReturns() pass over sessions without a close, and put the move into the next one", () => {
  const whole = convergenceReturns(Float64Array.of(10, 10), Float64Array.of(12, 11), { slope: 1, intercept: 0 });
  const gap = convergenceReturns(Float64Array.of(NaN, 10, 10, NaN, 10), Float64Array.of(5, 12, NaN, 7, 11), {
    slope: 1,
    intercept: 0,
  });
  assert.deepEqual([...gap], [NaN, NaN, NaN, whole[0]]);
  assert.equal(convergenceReturns(Float64Array.of(1), Float64Array.of(1), { slope: 1, intercept: 0 }).length, 0);
  assert.throws(
    () => convergenceReturns(new Float64Array(2), new Float64Array(3), { slope: 1, intercept: 0 }),
    /same length/,
  );
});
