import assert from "node:assert/strict";
import { correlationMatrix } from "../../quant/correlation_matrix.ts";
import { linearRegression } from "../../quant/linear_regression.ts";
import { reverting } from "../support/closes.ts";

Deno.test("correlationMatrix() equals numpy's corrcoef", () => {
  // numpy 2: np.corrcoef([[1, 2, 4, 8], [1, 3, 9, 27], [5, 1, 4, 2]])
  const expected = [
    [1, 0.9919343463213722, -0.3538606947717532],
    [0.9919343463213722, 1, -0.3394673699166022],
    [-0.3538606947717532, -0.3394673699166022, 1],
  ];
  const matrix = correlationMatrix([
    Float64Array.of(1, 2, 4, 8),
    Float64Array.of(1, 3, 9, 27),
    Float64Array.of(5, 1, 4, 2),
  ]);
  expected.forEach((row, i) =>
    row.forEach((value, j) => assert.ok(Math.abs(matrix[i]![j]! - value) < 1e-15, `${i} ${j}: ${matrix[i]![j]}`))
  );
});

Deno.test("correlationMatrix() squares to what a regression explains, whatever the units", () => {
  const [a, b] = [reverting(1, 300), reverting(2, 300).map((value, t) => value + 0.3 * reverting(1, 300)[t]!)];
  const { rSquared } = linearRegression(a, b);
  for (const [level, unit] of [[0, 1], [1e6, 1e-3], [0, 1e300], [0, 1e-300]] as const) {
    const matrix = correlationMatrix([a, b.map((value) => level + unit * value)]);
    assert.ok(Math.abs(matrix[0]![1]! ** 2 - rSquared) < 1e-6, `${level} ${unit}`);
    assert.equal(matrix[0]![1], matrix[1]![0]);
  }
});

Deno.test("correlationMatrix() has no correlation of a constant series, and none beyond 1", () => {
  const a = Float64Array.of(0.1, 0.2, 0.7);
  const [first, second, third] = correlationMatrix([a, Float64Array.of(4, 4, 4), a.map((value) => 3 * value)]);
  assert.deepEqual([first![0], first![1], second![1], third![0]! <= 1], [1, NaN, NaN, true]);
  assert.ok(third![0]! > 1 - 1e-15);
  assert.deepEqual(correlationMatrix([]), []);
});

Deno.test("correlationMatrix() refuses series that cannot be compared", () => {
  assert.throws(() => correlationMatrix([Float64Array.of(1, 2), Float64Array.of(1)]), /Series 1 and the first one/);
  assert.throws(() => correlationMatrix([Float64Array.of(1)]), /at least 2 values/);
  assert.throws(() => correlationMatrix([Float64Array.of(1, NaN)]), /Series 0 must be finite, but value 1 is NaN/);
});
