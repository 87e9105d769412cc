import assert from "node:assert/strict";
import { totalLeastSquares } from "../../quant/total_least_squares.ts";
import {
  assertRefusesNonFinite,
  assertRelative,
  assertWithin,
  generatedPair,
  timeSeries,
} from "../support/time_series_fixture.ts";

Deno.test("totalLeastSquares() equals 50-digit arithmetic, near-duplicate legs included", () => {
  for (const golden of timeSeries.pairsHard) {
    const { x, y } = generatedPair(golden.pair);
    const { slope, intercept } = totalLeastSquares(x, y);
    assertRelative(slope, golden.totalSlope, 1e-13, `${golden.pair} slope`);
    assertWithin(intercept, golden.totalIntercept, 1e-13 * Math.max(...y), `${golden.pair} intercept`);
  }
});

Deno.test("totalLeastSquares() turns the slope into its reciprocal when the legs are exchanged", () => {
  for (const name of ["cointegrated", "opposite", "near_duplicate"]) {
    const { x, y } = generatedPair(name);
    assertRelative(totalLeastSquares(x, y).slope * totalLeastSquares(y, x).slope, 1, 1e-12, name);
  }
});

Deno.test("totalLeastSquares() gives slope 0 where y is constant", () => {
  assert.deepEqual(totalLeastSquares(Float64Array.of(1, 2, 4), Float64Array.of(3, 3, 3)), { slope: 0, intercept: 3 });
});

Deno.test("totalLeastSquares() refuses input without a nearest line", () => {
  const two = Float64Array.of(1, 2);
  assert.throws(() => totalLeastSquares(Float64Array.of(3, 3), two), /vertical/);
  assert.throws(() => totalLeastSquares(Float64Array.of(3, 3), Float64Array.of(3, 3)), /constant/);
  assert.throws(
    () => totalLeastSquares(Float64Array.of(1, -1, 0, 0), Float64Array.of(0, 0, 1, -1)),
    /no line stands out/,
  );
  assert.throws(() => totalLeastSquares(new Float64Array(0), new Float64Array(0)), /at least 2 values/);
  assert.throws(() => totalLeastSquares(two, Float64Array.of(1)), /same length/);
  assertRefusesNonFinite((value) => totalLeastSquares(Float64Array.of(value, 1), two));
  assertRefusesNonFinite((value) => totalLeastSquares(two, Float64Array.of(value, 1)));
});
