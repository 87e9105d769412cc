import assert from "node:assert/strict";
import { linearRegression } from "../../quant/linear_regression.ts";
import { rollingTrend, rollingTrendForecast } from "../../quant/rolling_trend.ts";
import { assertRefusesNonFinite, assertWithin, generatedSeries } from "../support/time_series_fixture.ts";

Deno.test("rollingTrend() fits the values before each one, and none for the last two", () => {
  const series = generatedSeries("reverting").slice(0, 60);
  const window = 7;
  const { trend, slope, rSquared } = rollingTrend(series, { window, minRSquared: 0.5 });
  const steps = Float64Array.from({ length: window }, (_, i) => i);
  for (let i = 0; i < 60; i++) {
    if (i < window || i > 57) {
      assert.ok(trend[i] === 0 && Number.isNaN(slope[i]) && Number.isNaN(rSquared[i]), `no trend at ${i}`);
      continue;
    }
    const line = linearRegression(steps, series.slice(i - window, i));
    assertWithin(slope[i]!, line.slope, 1e-12, `slope ${i}`);
    assertWithin(rSquared[i]!, line.rSquared, 1e-12, `r² ${i}`);
    assert.equal(trend[i], line.rSquared > 0.5 ? Math.sign(line.slope) : 0, `trend ${i}`);
  }
});

Deno.test("rollingTrend() sees nothing from its own session on", () => {
  const series = generatedSeries("walk");
  const changed = series.map((value, t) => t < 100 ? value : 1000 - value);
  assert.deepEqual(rollingTrend(changed).trend.slice(0, 101), rollingTrend(series).trend.slice(0, 101));
  assert.deepEqual(rollingTrend(changed).slope.slice(10, 101), rollingTrend(series).slope.slice(10, 101));
});

Deno.test("rollingTrend() has no trend in flat, short and empty series", () => {
  const flat = rollingTrend(new Float64Array(20).fill(0.1));
  assert.ok(flat.trend.every((value) => value === 0));
  assert.deepEqual([flat.rSquared[10], flat.slope[10]], [0, 0]);
  assert.deepEqual([...rollingTrend(Float64Array.of(1, 2, 3)).trend], [0, 0, 0]);
  assert.equal(rollingTrend(new Float64Array(0)).trend.length, 0);
});

Deno.test("rollingTrend() refuses input without a fit", () => {
  assertRefusesNonFinite((value) => rollingTrend(Float64Array.of(1, value)));
  for (const window of [2, 3.5, NaN]) assert.throws(() => rollingTrend(new Float64Array(5), { window }), /window/);
  for (const minRSquared of [-0.1, 1.1, NaN]) {
    assert.throws(() => rollingTrend(new Float64Array(5), { minRSquared }), /minRSquared/);
  }
});

/** Ten sessions over two weeks: the tenth is on day 11. */
const days = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11];

Deno.test("rollingTrendForecast() looks one day past the window, the reference service into it", () => {
  const rising = Float64Array.from(days, (day) => 5 + day);
  const [forecast] = rollingTrendForecast(days, rising);
  assert.deepEqual([forecast!.index, forecast!.trend, forecast!.forecastDay], [9, "positive", 12]);
  assertWithin(forecast!.forecast, 17, 1e-12, "forecast");
  const [compat] = rollingTrendForecast(days, rising, { compat: true });
  assert.deepEqual([compat!.trend, compat!.forecastDay], ["negative", 10]);
  assertWithin(compat!.forecast, 15, 1e-12, "forecast inside the window");
});

Deno.test("rollingTrendForecast() reads ISO dates as it reads day numbers", () => {
  const dates = days.map((day) => new Date(Date.UTC(2024, 1, 20 + day)).toISOString().slice(0, 10));
  const spread = generatedSeries("walk").slice(0, 10);
  assert.deepEqual(rollingTrendForecast(dates, spread), rollingTrendForecast(days, spread));
});

Deno.test("rollingTrendForecast() calls an unmoved spread flat, as the reference service negative", () => {
  const flat = new Float64Array(10).fill(0.3);
  assert.deepEqual(rollingTrendForecast(days, flat).map((f) => [f.trend, f.rSquared]), [["flat", 0]]);
  assert.equal(rollingTrendForecast(days, flat, { compat: true })[0]!.trend, "negative");
});

Deno.test("rollingTrendForecast() has one entry for each full window", () => {
  const spread = generatedSeries("walk");
  const sessions = spread.map((_, t) => t);
  assert.equal(rollingTrendForecast(sessions, spread).length, spread.length - 9);
  assert.deepEqual(rollingTrendForecast([1, 2], Float64Array.of(1, 2)), []);
  assert.deepEqual(rollingTrendForecast([], new Float64Array(0)), []);
});

Deno.test("rollingTrendForecast() refuses dates and spreads without a line", () => {
  const spread = generatedSeries("walk").slice(0, 10);
  assert.throws(
    () => rollingTrendForecast(new Float64Array(10), spread),
    /All 10 dates up to observation 9 are the same/,
  );
  assert.throws(() => rollingTrendForecast(days.toReversed(), spread), /Dates must ascend/);
  assert.throws(() => rollingTrendForecast(days.map(() => "not a date"), spread), /Date 0 cannot be read: not a date/);
  assert.throws(() => rollingTrendForecast(days.slice(1), spread), /same length/);
  assert.throws(() => rollingTrendForecast(days, spread, { window: 2 }), /window/);
  assertRefusesNonFinite((value) => rollingTrendForecast(days, spread.with(2, value)));
});
