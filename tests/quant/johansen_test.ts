import assert from "node:assert/strict";
import { johansen } from "../../quant/johansen.ts";
import {
  assertRefusesNonFinite,
  assertRelative,
  assertWithin,
  generatedPair,
  timeSeries,
} from "../support/time_series_fixture.ts";

function system(name: string): Float64Array[] {
  return timeSeries.systems[name]!.map((values) => Float64Array.from(values));
}

Deno.test("johansen() equals statsmodels for two to twelve series, every deterministic order and several lags", () => {
  for (const golden of timeSeries.johansen) {
    const { detOrder, kArDiff } = golden;
    const what = `${golden.system}, detOrder ${detOrder}, kArDiff ${kArDiff}`;
    const result = johansen(system(golden.system), { detOrder, kArDiff });
    golden.eigenvalues.forEach((expected, i) => {
      assertWithin(result.eigenvalues[i]!, expected, 1e-10, `${what} eigenvalue ${i}`);
      assertWithin(result.traceStatistics[i]!, golden.trace[i]!, 1e-8, `${what} trace ${i}`);
      assertWithin(result.maxEigenStatistics[i]!, golden.maxEigen[i]!, 1e-8, `${what} maximum eigenvalue ${i}`);
      const vector = result.eigenvectors[i]!;
      // Signs of the reference's vectors are free; ours start with a positive weight.
      assert.ok(vector[0]! > 0, `${what} sign ${i}`);
      const sign = Math.sign(golden.vectors[i]![0]!);
      golden.vectors[i]!.forEach((weight, leg) =>
        assertWithin(vector[leg]!, sign * weight, 1e-7 * Math.hypot(...golden.vectors[i]!), `${what} vector ${i}`)
      );
    });
    assert.deepEqual(result.traceCriticalValues, golden.traceCritical, what);
    assert.deepEqual(result.maxEigenCriticalValues, golden.maxEigenCritical, what);
  }
});

Deno.test("johansen() leaves eigenvalues alone when series are moved, scaled or exchanged", () => {
  const [x, y] = system("pair") as [Float64Array, Float64Array];
  const plain = johansen([x, y]).eigenvalues;
  for (
    const changed of [[y, x], [x.map((v) => 1e4 * v - 7), y], [x, y.map((v) => 1e6 + v)], [
      x,
      y.map((v) => -1e-6 * v),
    ]]
  ) {
    johansen(changed).eigenvalues.forEach((value, i) => assertRelative(value, plain[i]!, 1e-8, `eigenvalue ${i}`));
  }
});

Deno.test("johansen() finds the hedge ratio of near-duplicate legs", () => {
  const { x, y } = generatedPair("near_duplicate");
  const { eigenvalues, eigenvectors } = johansen([y, x]);
  assert.ok(eigenvalues[0]! > 0.02 && eigenvalues[1]! < 0.02);
  assertWithin(eigenvectors[0]![1]! / eigenvectors[0]![0]!, -1, 1e-5, "hedge ratio");
});

Deno.test("johansen() takes the level of the session before also without lagged differences", () => {
  // One series, no constant: the eigenvalue is the squared correlation of Δx[t] and x[t−1].
  const x = Float64Array.of(1, 3, 2, 5, 4, 4.5, 6);
  let cross = 0, level = 0, change = 0;
  for (let t = 1; t < x.length; t++) {
    const d = x[t]! - x[t - 1]!;
    cross += d * x[t - 1]!;
    level += x[t - 1]! ** 2;
    change += d * d;
  }
  const { eigenvalues } = johansen([x], { detOrder: -1, kArDiff: 0 });
  assertRelative(eigenvalues[0]!, cross * cross / (level * change), 1e-12, "eigenvalue");
});

Deno.test("johansen() refuses systems without a test", () => {
  const [x, y] = system("pair") as [Float64Array, Float64Array];
  assert.throws(() => johansen([]), /number of series/);
  assert.throws(() => johansen(Array.from({ length: 13 }, () => x)), /number of series/);
  assert.throws(() => johansen([x, y.subarray(1)]), /same length/);
  assert.throws(() => johansen([x, x]), /collinear/);
  assert.throws(() => johansen([x, y, x.map((v, t) => v + 2 * y[t]!)]), /collinear/);
  assert.throws(() => johansen([x, new Float64Array(x.length).fill(2)]), /collinear or constant/);
  assert.throws(() => johansen([x.subarray(0, 8), y.subarray(0, 8)]), /at least 9 values, got 8/);
  assert.throws(() => johansen([new Float64Array(0), new Float64Array(0)]), /got 0/);
  assert.throws(() => johansen([x, y], { kArDiff: -1 }), /kArDiff/);
  assert.throws(() => johansen([x, y], { detOrder: 2 as 1 }), /detOrder/);
  assertRefusesNonFinite((value) => johansen([x, y.with(5, value)]));
});
