import assert from "node:assert/strict";
import { hurstExponent } from "../../quant/hurst_exponent.ts";
import { assertRefusesNonFinite, assertRelative, generatedSeries, timeSeries } from "../support/time_series_fixture.ts";

Deno.test("hurstExponent() equals the reference package, also on both sides of a power of ten", () => {
  for (const { series, length, hurst } of timeSeries.hurstExponent) {
    assertRelative(
      hurstExponent(generatedSeries(series).slice(0, length)),
      hurst,
      1e-10,
      `${series}, ${length ?? "all"}`,
    );
  }
});

Deno.test("hurstExponent() skips windows that are flat or straight", () => {
  const series = generatedSeries("walk_918");
  const withFlat = series.slice();
  withFlat.fill(series[100]!, 100, 131);
  assert.ok(Number.isFinite(hurstExponent(withFlat)));
  // Closes interpolated over a gap: the deviation of the differences is the rounding of 100-dollar prices, about 1e-14.
  const withLine = series.map((value, t) => t >= 99 && t <= 130 ? 100 + 1e-4 * (t - 99) / 3 : value);
  assert.ok(Math.abs(hurstExponent(withLine) - hurstExponent(withFlat)) < 0.1);
});

Deno.test("hurstExponent() does not depend on the level or the unit", () => {
  const series = generatedSeries("reverting");
  const plain = hurstExponent(series);
  assertRelative(hurstExponent(series.map((value) => 1e5 + 3 * value)), plain, 1e-9, "moved");
  assertRelative(hurstExponent(series.map((value) => -1e-4 * value)), plain, 1e-9, "turned and scaled");
});

Deno.test("hurstExponent() refuses series without an exponent", () => {
  assert.throws(() => hurstExponent(generatedSeries("walk").slice(0, 99)), /at least 100 values, got 99/);
  assert.throws(() => hurstExponent(new Float64Array(0)), RangeError);
  assert.throws(() => hurstExponent(new Float64Array(200).fill(0.1)), /constant or straight/);
  assert.throws(() => hurstExponent(Float64Array.from({ length: 200 }, (_, t) => 0.1 * t)), /constant or straight/);
  assertRefusesNonFinite((value) => hurstExponent(generatedSeries("walk").with(7, value)));
});

Deno.test("hurstExponent() does not depend on a unit, up to the range of doubles", () => {
  const series = Float64Array.from({ length: 200 }, (_, t) => Math.sin(t * t) + 0.01 * t);
  const expected = hurstExponent(series);
  for (const unit of [2 ** 1020, 2 ** -900]) assert.equal(hurstExponent(series.map((value) => value * unit)), expected);
});
