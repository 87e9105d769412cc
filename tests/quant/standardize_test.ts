import assert from "node:assert/strict";
import { columnScale, standardize } from "../../quant/standardize.ts";
import fixture from "./fixtures/multivariate.json" with { type: "json" };

const { points, mean, scale, standardized } = fixture.standardize;
const input = points.map((point) => Float64Array.from(point));

Deno.test("columnScale() equals scikit-learn's StandardScaler", () => {
  const result = columnScale(input);
  mean.forEach((value, c) => assert.ok(Math.abs(result.mean[c]! - value) <= 1e-15 * Math.abs(value)));
  scale.forEach((value, c) => assert.ok(Math.abs(result.scale[c]! - value) <= 1e-14 * value));
});

Deno.test("standardize() equals scikit-learn's StandardScaler", () => {
  standardize(input).forEach((point, i) =>
    point.forEach((value, c) => {
      const expected = standardized[i]![c]!;
      // A column at 1e8 carries the rounding of its mean.
      assert.ok(Math.abs(value - expected) <= (c === 3 ? 1e-7 : 1e-14), `${i}, ${c}: ${value} instead of ${expected}`);
    })
  );
});

Deno.test("standardize() shifts a constant column to 0 without scaling it", () => {
  const result = standardize([Float64Array.of(5, 1), Float64Array.of(5, 3)]);
  assert.deepEqual(result, [Float64Array.of(0, -1), Float64Array.of(0, 1)]);
});

Deno.test("standardize() takes the rounding of equal numbers for no variance", () => {
  const result = standardize(Array.from({ length: 7 }, () => Float64Array.of(0.1)));
  for (const point of result) assert.ok(Math.abs(point[0]!) < 1e-15);
});

Deno.test("standardize() of a single point is zeros, of none nothing", () => {
  assert.deepEqual(standardize([Float64Array.of(3, -4)]), [Float64Array.of(0, 0)]);
  assert.deepEqual(standardize([]), []);
});

Deno.test("standardize() leaves its input alone", () => {
  const before = [Float64Array.of(1), Float64Array.of(2)];
  standardize(before);
  assert.deepEqual(before, [Float64Array.of(1), Float64Array.of(2)]);
});

Deno.test("standardize() refuses NaN, infinities and unequal dimensions", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    assert.throws(() => standardize([Float64Array.of(1), Float64Array.of(bad)]), RangeError);
  }
  assert.throws(() => standardize([Float64Array.of(1), Float64Array.of(1, 2)]), RangeError);
});
