import assert from "node:assert/strict";
import { halfLife } from "../../quant/half_life.ts";
import { assertRefusesNonFinite, assertRelative, generatedSeries, timeSeries } from "../support/time_series_fixture.ts";

Deno.test("halfLife() equals 50-digit arithmetic in both conventions", () => {
  for (const { series, convention, halfLife: expected } of timeSeries.halfLife) {
    assertRelative(halfLife(generatedSeries(series), { convention }), expected, 1e-11, `${series}, ${convention}`);
  }
});

Deno.test("halfLife() of a series at any level is that of its deviations by default", () => {
  const series = generatedSeries("reverting");
  const expected = halfLife(series);
  for (const level of [-1e4, 1, 100, 1e6]) {
    assertRelative(halfLife(series.map((value) => value + level)), expected, 1e-6, `level ${level}`);
  }
  const high = series.map((value) => value + 100);
  assert.ok(
    halfLife(high, { convention: "reference" }) < expected / 2,
    "the reference's first row misleads at a level",
  );
});

Deno.test("halfLife() is negative for a series that runs away and infinite where nothing pulls", () => {
  const explosive = Float64Array.from({ length: 20 }, (_, t) => 1.1 ** t);
  assert.ok(halfLife(explosive, { convention: "ar1" }) < 0);
  assert.equal(halfLife(Float64Array.of(0, 1, 2, 3), { convention: "ar1" }), Infinity);
});

Deno.test("halfLife() refuses series without one", () => {
  for (const convention of ["reference", "ar1"] as const) {
    assert.throws(() => halfLife(new Float64Array(0), { convention }), /at least 3 values, got 0/);
    assert.throws(() => halfLife(Float64Array.of(1, 2), { convention }), RangeError);
    assert.throws(() => halfLife(new Float64Array(10).fill(0.1), { convention }), /series is constant/);
    assertRefusesNonFinite((value) => halfLife(Float64Array.of(1, value, 3, 2), { convention }));
  }
  assert.throws(() => halfLife(Float64Array.of(1, 1, 1, 2), { convention: "ar1" }), /constant/);
});

Deno.test("halfLife() refuses a convention it does not know", () => {
  assert.throws(() => halfLife(generatedSeries("fast"), { convention: "AR1" as "ar1" }), /reference, ar1, got AR1/);
});
