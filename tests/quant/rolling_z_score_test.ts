import assert from "node:assert/strict";
import { rollingZScore } from "../../quant/rolling_z_score.ts";
import { assertRefusesNonFinite, assertWithin, generatedSeries, timeSeries } from "../support/time_series_fixture.ts";

Deno.test("rollingZScore() equals 50-digit arithmetic, values of 1e6 with moves of 1e-3 included", () => {
  for (const { series, length, window, ddof, scores } of timeSeries.rollingZScore) {
    const actual = rollingZScore(generatedSeries(series).slice(0, length), window, { ddof });
    scores.forEach((expected, i) => {
      if (expected === null) assert.ok(Number.isNaN(actual[i]), `${series} has no full window at ${i}`);
      else assertWithin(actual[i]!, expected, 1e-11, `${series} ${i}`);
    });
  }
});

Deno.test("rollingZScore() sees nothing after its own session", () => {
  const series = generatedSeries("walk");
  const changed = series.map((value, t) => t <= 100 ? value : -value);
  assert.deepEqual(rollingZScore(changed, 20).slice(19, 101), rollingZScore(series, 20).slice(19, 101));
});

Deno.test("rollingZScore() is 0 in a flat window and empty for an empty series", () => {
  assert.deepEqual([...rollingZScore(Float64Array.of(0.1, 0.1, 0.1), 3)].slice(2), [0]);
  assert.equal(rollingZScore(new Float64Array(0), 3).length, 0);
  assert.ok(rollingZScore(Float64Array.of(1, 2), 3).every(Number.isNaN));
});

Deno.test("rollingZScore() refuses broken values and windows", () => {
  assertRefusesNonFinite((value) => rollingZScore(Float64Array.of(1, value), 2));
  for (const window of [1, 0, 2.5, NaN]) assert.throws(() => rollingZScore(new Float64Array(5), window), /window/);
});
