import assert from "node:assert/strict";
import { NestedLeastSquares } from "../../quant/least_squares_qr.ts";
import { assertWithin } from "../support/time_series_fixture.ts";

const one = Float64Array.of(1, 1, 1, 1);
const time = Float64Array.of(0, 1, 2, 3);
const square = Float64Array.of(0, 1, 4, 9);
const dependent = Float64Array.of(1, 3, 2, 6);

Deno.test("NestedLeastSquares gives the residual sum of every leading part of the columns", () => {
  // By hand: Σy² = 50; less the mean 3 on four rows 14; less slope 1.4 on Σ(t − 1.5)² = 5 4.2; less the curvature (1,
  // −1, −1, 1) · y = 2 on 4 rows 3.2.
  const { residualSums, ranks } = new NestedLeastSquares([one, time, square], dependent);
  [50, 14, 4.2, 3.2].forEach((expected, j) => assertWithin(residualSums[j]!, expected, 1e-13, `${j} columns`));
  assert.deepEqual([...ranks], [0, 1, 2, 3]);
});

Deno.test("NestedLeastSquares solves for the coefficients", () => {
  const coefficients = new NestedLeastSquares([one, time], dependent).coefficients();
  assertWithin(coefficients[0]!, 0.9, 1e-14, "constant");
  assertWithin(coefficients[1]!, 1.4, 1e-14, "slope");
});

Deno.test("NestedLeastSquares leaves out a column that depends on those before it", () => {
  const twice = time.map((t) => 2 * t - 1);
  const fit = new NestedLeastSquares([one, time, twice, square], dependent);
  assert.ok(fit.isDependent(2) && !fit.isDependent(3));
  assert.deepEqual([...fit.ranks], [0, 1, 2, 2, 3]);
  assertWithin(fit.residualSums[3]!, fit.residualSums[2]!, 1e-14, "residual sum");
  assertWithin(fit.residualSums[4]!, 3.2, 1e-13, "residual sum with the square");
  assert.equal(fit.coefficients()[2], 0);
});

Deno.test("NestedLeastSquares gives the t statistic of the last column", () => {
  // Slope 1.4, residual variance 4.2 / 2, Σ(t − 1.5)² = 5.
  const t = new NestedLeastSquares([one, time], dependent).lastTStatistic(0);
  assertWithin(t, 1.4 / Math.sqrt(2.1 / 5), 1e-14, "t");
});

Deno.test("NestedLeastSquares refuses a t statistic that is not defined", () => {
  assert.throws(() => new NestedLeastSquares([time, time], dependent).lastTStatistic(0), /no unique solution/);
  assert.throws(() => new NestedLeastSquares([one, time, square], dependent).lastTStatistic(1), /degree of freedom/);
  assert.throws(() => new NestedLeastSquares([one, time], time.map((t) => 3 * t)).lastTStatistic(0), /perfectly/);
});

Deno.test("NestedLeastSquares leaves its input alone", () => {
  const column = time.slice();
  new NestedLeastSquares([column], dependent);
  assert.deepEqual(column, time);
  assert.deepEqual([...dependent], [1, 3, 2, 6]);
});
