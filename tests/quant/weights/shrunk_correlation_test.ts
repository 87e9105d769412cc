import assert from "node:assert/strict";
import { shrunkCorrelation } from "../../../quant/weights/shrunk_correlation.ts";
import fixture from "../fixtures/formation_risk.json" with { type: "json" };

for (const { name, returns, correlation, shrinkage } of fixture) {
  Deno.test(`shrunkCorrelation() equals scikit-learn's ledoit_wolf of the standardized series to 1e-12: ${name}`, () => {
    const found = shrunkCorrelation(returns.map((series) => Float64Array.from(series)));
    assert.ok(Math.abs(found.shrinkage / shrinkage - 1) < 1e-12, `${found.shrinkage} and ${shrinkage}`);
    correlation.forEach((row, i) =>
      row.forEach((value, j) => assert.ok(Math.abs(found.correlation[i]![j]! - value) < 1e-12))
    );
  });
}

Deno.test("shrunkCorrelation() does not depend on the scale of a series, nor on what is added to it", () => {
  const [first, second] = fixture[0]!.returns.map((series) => Float64Array.from(series)) as [
    Float64Array,
    Float64Array,
  ];
  const expected = shrunkCorrelation([first, second]).correlation[0]![1]!;
  for (const scale of [1e-300, 2 ** 20, 1e300]) {
    const found = shrunkCorrelation([first.map((value) => value * scale), second.map((value) => 3 - value)]);
    assert.ok(Math.abs(found.correlation[0]![1]! + expected) < 1e-12);
    assert.equal(found.correlation[1]![0], found.correlation[0]![1]);
  }
});

Deno.test("shrunkCorrelation() draws by no less than is asked for, and a single series by nothing", () => {
  const wave = Float64Array.from({ length: 50 }, (_, t) => Math.sin(t));
  const opposite = wave.map((value) => -value);
  const { correlation, shrinkage } = shrunkCorrelation([wave, opposite], { least: 0.25 });
  assert.equal(shrinkage, 0.25);
  assert.ok(Math.abs(correlation[0]![1]! + 0.75) < 1e-12);
  assert.deepEqual(shrunkCorrelation([wave]), { correlation: [Float64Array.of(1)], shrinkage: 0 });
});

Deno.test("shrunkCorrelation() refuses what has no correlation", () => {
  const pair = [Float64Array.of(1, 2), Float64Array.of(2, 1)];
  assert.throws(() => shrunkCorrelation([]), /at least one series/);
  assert.throws(() => shrunkCorrelation([...pair, Float64Array.of(1, 2, 3)]), /Series 2 has 3 values, series 0 has 2/);
  assert.throws(() => shrunkCorrelation([...pair, Float64Array.of(4, 4)]), /Series 2 is constant/);
  assert.throws(() => shrunkCorrelation([Float64Array.of(1, NaN)]), /finite/);
  for (const least of [-0.1, 1.1, NaN]) assert.throws(() => shrunkCorrelation(pair, { least }), /least must be/);
});
