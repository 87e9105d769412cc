import assert from "node:assert/strict";
import { principalComponents } from "../../quant/principal_components.ts";
import { standardize } from "../../quant/standardize.ts";
import { pseudoRandom } from "../support/pseudo_random.ts";
import fixture from "./fixtures/multivariate.json" with { type: "json" };

const arrays = (rows: number[][]) => rows.map((row) => Float64Array.from(row));

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, name: string) {
  assert.equal(actual.length, expected.length, name);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    assert.ok(error <= tolerance, `${name}[${i}]: ${actual[i]} instead of ${expected[i]}`);
  }
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

function randomReturns(tickers: number, sessions: number, seed = 1): Float64Array[] {
  const random = pseudoRandom(seed);
  return Array.from({ length: tickers }, () => Float64Array.from({ length: sessions }, () => 0.02 * (random() - 0.5)));
}

for (const expected of fixture.principalComponents) {
  Deno.test(`principalComponents() equals scikit-learn, signs included: ${expected.name}`, () => {
    const result = principalComponents(arrays(expected.returns), expected.k);
    assert.equal(result.components.length, expected.k);
    expected.components.forEach((row, i) => assertNear(result.components[i]!, row, 1e-10, `component ${i}`));
    assertNear(result.singularValues, expected.singularValues, 1e-13, "singularValues");
    assertNear(result.explainedVariance, expected.explainedVariance, 1e-13, "explainedVariance");
    assertNear(result.explainedVarianceRatio, expected.explainedVarianceRatio, 1e-13, "explainedVarianceRatio");
    assertNear(result.mean, expected.mean, 1e-16, "mean");
    standardize(result.loadings).forEach((point, i) =>
      assertNear(point, expected.standardized[i]!, 1e-9, `point ${i}`)
    );
  });
}

Deno.test("principalComponents() keeps singular values nine orders below the largest", () => {
  const { singularValues } = principalComponents(arrays(fixture.graded.returns), 5);
  // 50 digits; rounding may move each by a few units of the largest's last place.
  assertNear(singularValues, fixture.graded.singularValues.slice(0, 5), 2e-15, "singularValues");
  const smallest = fixture.graded.singularValues[4]!;
  assert.ok(Math.abs(singularValues[4]! / smallest - 1) < 1e-6);
});

Deno.test("principalComponents() gives at most N − 1 and at most T − 1 components", () => {
  assert.equal(principalComponents(randomReturns(4, 30), 5).components.length, 3);
  assert.equal(principalComponents(randomReturns(2, 30), 5).components.length, 1);
  assert.equal(principalComponents(randomReturns(6, 30), 5).components.length, 5);
  assert.equal(principalComponents(randomReturns(20, 4), 5).components.length, 3);
});

Deno.test("principalComponents() gives orthonormal components and loadings that are their transpose", () => {
  for (const [tickers, sessions] of [[40, 100], [100, 40], [60, 60]] as const) {
    const { components, loadings } = principalComponents(randomReturns(tickers, sessions), 7);
    components.forEach((a, i) =>
      components.forEach((b, j) => assert.ok(Math.abs(dot(a, b) - (i === j ? 1 : 0)) < 1e-13, `${i} and ${j}`))
    );
    assert.equal(loadings.length, tickers);
    loadings.forEach((row, t) => row.forEach((value, c) => assert.equal(value, components[c]![t])));
  }
});

Deno.test("principalComponents() explains all variance with all components", () => {
  const { explainedVarianceRatio } = principalComponents(randomReturns(12, 6), 12);
  assert.ok(Math.abs(explainedVarianceRatio.reduce((a, b) => a + b) - 1) < 1e-14);
});

Deno.test("principalComponents() leaves its input alone and repeats itself exactly", () => {
  const returns = randomReturns(10, 25);
  const before = structuredClone(returns);
  assert.deepEqual(principalComponents(returns, 5), principalComponents(returns, 5));
  assert.deepEqual(returns, before);
});

Deno.test("principalComponents() scales with its input over the whole range of doubles", () => {
  const returns = randomReturns(8, 20);
  const plain = principalComponents(returns, 3);
  for (const factor of [2 ** -900, 2 ** 900]) {
    const scaled = principalComponents(returns.map((column) => column.map((value) => value * factor)), 3);
    assert.deepEqual(scaled.components, plain.components);
    assert.deepEqual(scaled.singularValues, plain.singularValues.map((value) => value * factor));
  }
});

Deno.test("principalComponents() of duplicated tickers is orthonormal with no variance beyond the rank", () => {
  const [a, b] = randomReturns(2, 50);
  const { components, singularValues } = principalComponents([a!, b!, a!, b!, a!], 4);
  assert.ok(singularValues[1]! > 0.01);
  assert.ok(singularValues[2]! < 1e-15 && singularValues[3]! < 1e-15);
  components.forEach((x, i) =>
    components.forEach((y, j) => assert.ok(Math.abs(dot(x, y) - (i === j ? 1 : 0)) < 1e-13))
  );
});

Deno.test("principalComponents() of returns that never vary has no variance and a ratio of 0", () => {
  const constant = Array.from({ length: 4 }, (_, i) => new Float64Array(10).fill(0.1 * i));
  const result = principalComponents(constant, 2);
  assert.deepEqual(result.singularValues, new Float64Array(2));
  assert.deepEqual(result.explainedVarianceRatio, new Float64Array(2));
  result.components.forEach((component) => assert.ok(Math.abs(dot(component, component) - 1) < 1e-15));
});

Deno.test("principalComponents() refuses input without components", () => {
  const returns = randomReturns(3, 10);
  assert.throws(() => principalComponents([], 5), /at least 2 tickers, not 0/);
  assert.throws(() => principalComponents(returns.slice(0, 1), 5), RangeError);
  assert.throws(() => principalComponents([new Float64Array(1), new Float64Array(1)], 1), RangeError);
  assert.throws(() => principalComponents([returns[0]!, returns[1]!.slice(1)], 1), RangeError);
  for (const k of [0, -1, 1.5, NaN]) assert.throws(() => principalComponents(returns, k), RangeError);
  for (const bad of [NaN, Infinity, -Infinity]) {
    const broken = structuredClone(returns);
    broken[1]![4] = bad;
    assert.throws(() => principalComponents(broken, 2), /Return 4 of ticker number 1/);
  }
});
