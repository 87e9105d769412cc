import assert from "node:assert/strict";
import fc from "fast-check";
import { linearRegression } from "../../quant/linear_regression.ts";
import {
  assertRefusesNonFinite,
  assertRelative,
  assertWithin,
  generatedPair,
  timeSeries,
} from "../support/time_series_fixture.ts";

Deno.test("linearRegression() equals 50-digit arithmetic, near-duplicate legs and prices of 1e-4 and 1e6 included", () => {
  for (const golden of timeSeries.pairsHard) {
    const { x, y } = generatedPair(golden.pair);
    const { slope, intercept, rSquared } = linearRegression(x, y);
    assertRelative(slope, golden.slope, 1e-14, `${golden.pair} slope`);
    // An intercept is a difference of prices: its error is that of the prices.
    assertWithin(intercept, golden.intercept, 1e-14 * Math.max(...y), `${golden.pair} intercept`);
    assertWithin(rSquared, golden.rSquared, 1e-14, `${golden.pair} r²`);
  }
});

Deno.test("linearRegression() gives slope 0 and rSquared 0 where y is constant", () => {
  const { slope, intercept, rSquared } = linearRegression(Float64Array.of(1, 2, 4), Float64Array.of(0.1, 0.1, 0.1));
  assert.deepEqual({ slope, intercept, rSquared }, { slope: 0, intercept: 0.1, rSquared: 0 });
});

Deno.test("linearRegression() explains collinear legs fully", () => {
  const x = Float64Array.of(1, 2, 4, 8.5);
  assertWithin(linearRegression(x, x.map((v) => 3 - 2 * v)).rSquared, 1, 1e-15, "r²");
});

Deno.test("linearRegression() neither overflows nor underflows at the ends of the range of doubles", () => {
  for (const unit of [1e-200, 1e200]) {
    const { slope, rSquared } = linearRegression(Float64Array.of(0, unit, 2 * unit), Float64Array.of(0, unit, unit));
    assertWithin(slope, 0.5, 1e-15, `slope at ${unit}`);
    assertWithin(rSquared, 0.75, 1e-15, `r² at ${unit}`);
  }
});

Deno.test("linearRegression() refuses input without a slope", () => {
  const two = Float64Array.of(1, 2);
  assert.throws(() => linearRegression(new Float64Array(0), new Float64Array(0)), /at least 2 values, got 0/);
  assert.throws(() => linearRegression(Float64Array.of(1), Float64Array.of(1)), RangeError);
  assert.throws(() => linearRegression(two, Float64Array.of(1, 2, 3)), /same length, got 2 and 3/);
  assert.throws(() => linearRegression(Float64Array.of(0.1, 0.1, 0.1), Float64Array.of(1, 2, 3)), /x is constant/);
  assertRefusesNonFinite((value) => linearRegression(Float64Array.of(1, value), two));
  assertRefusesNonFinite((value) => linearRegression(two, Float64Array.of(value, 1)));
});

Deno.test("linearRegression() moves with its legs", () => {
  const price = fc.double({ min: -100, max: 100, noNaN: true });
  fc.assert(fc.property(
    fc.array(fc.tuple(price, price), { minLength: 3, maxLength: 40 }),
    fc.double({ min: -50, max: 50, noNaN: true }),
    fc.double({ min: 0.1, max: 10, noNaN: true }),
    (points, shift, factor) => {
      const x = Float64Array.from(points, ([a]) => a);
      const y = Float64Array.from(points, ([, b]) => b);
      fc.pre(Math.max(...x) - Math.min(...x) > 1e-3);
      const plain = linearRegression(x, y);
      const moved = linearRegression(x, y.map((value) => factor * value + shift));
      const tolerance = 1e-9 * (1 + Math.abs(plain.slope));
      assertWithin(moved.slope, factor * plain.slope, factor * tolerance, "slope");
      assertWithin(moved.intercept, factor * plain.intercept + shift, 1000 * factor * tolerance + 1e-9, "intercept");
    },
  ));
});
