import assert from "node:assert/strict";
import fc from "fast-check";
import { autocorrelation, whiteNoiseBound } from "../../quant/autocorrelation.ts";
import { assertRefusesNonFinite } from "../support/time_series_fixture.ts";
import diagnostics from "./fixtures/diagnostics.json" with { type: "json" };

Deno.test("autocorrelation() equals statsmodels' to 1e-12", () => {
  for (const [name, { series, autocorrelation: expected }] of Object.entries(diagnostics)) {
    const found = autocorrelation(Float64Array.from(series), expected.length - 1);
    expected.forEach((value, k) => assert.ok(Math.abs(found[k]! - value) < 1e-12, `${name} at lag ${k}: ${found[k]}`));
  }
});

Deno.test("autocorrelation() is 1 at lag 0, within ±1 elsewhere, and knows neither place nor scale", () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 60 });
  fc.assert(fc.property(values, fc.constantFrom(1e-150, 1e-3, -7, 1e150), (array, scale) => {
    fc.pre(new Set(array).size > 1);
    const plain = autocorrelation(Float64Array.from(array), 2);
    const moved = autocorrelation(Float64Array.from(array, (value) => scale * (value + 3)), 2);
    assert.equal(plain[0], 1);
    plain.forEach((value, k) => {
      assert.ok(Math.abs(value) <= 1 + 1e-12);
      assert.ok(Math.abs(value - moved[k]!) < 1e-9, `${value} and ${moved[k]}`);
    });
  }));
});

Deno.test("autocorrelation() refuses constant and short series", () => {
  assert.throws(() => autocorrelation(Float64Array.of(1), 0), RangeError);
  assert.throws(() => autocorrelation(new Float64Array(5).fill(0.1), 1), /series is constant/);
  for (const lags of [-1, 3, 1.5, NaN]) {
    assert.throws(() => autocorrelation(Float64Array.of(1, 2, 4), lags), /lags from 0 to 2/);
  }
  assertRefusesNonFinite((value) => autocorrelation(Float64Array.of(1, value, 2), 1));
});

Deno.test("whiteNoiseBound() holds nineteen times out of twenty", () => {
  assert.equal(whiteNoiseBound(100).toFixed(4), "0.1960");
  assert.throws(() => whiteNoiseBound(0), RangeError);
});
