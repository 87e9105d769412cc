import assert from "node:assert/strict";
import fc from "fast-check";
import { meanCrossings } from "../../quant/mean_crossings.ts";
import { assertRefusesNonFinite, generatedSeries, timeSeries } from "../support/time_series_fixture.ts";

Deno.test("meanCrossings() equals a count in 50-digit arithmetic", () => {
  for (const { series, crossings } of timeSeries.meanCrossings) {
    assert.equal(meanCrossings(generatedSeries(series)), crossings, series);
  }
});

Deno.test("meanCrossings() counts a value on the mean once, unless it is the last", () => {
  assert.equal(meanCrossings(Float64Array.of(-1, 0, 1)), 1);
  assert.equal(meanCrossings(Float64Array.of(-1, 1, 0)), 1);
  assert.equal(meanCrossings(Float64Array.of(0, 0, -1, 1)), 3);
});

Deno.test("meanCrossings() sees the sign of deviations whose product vanishes", () => {
  assert.equal(meanCrossings(Float64Array.of(1e-200, -1e-200, 1e-200, -1e-200)), 3);
});

Deno.test("meanCrossings() does not depend on sign or direction of time where no value lies on the mean", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 60 }), (values) => {
    const series = Float64Array.from(values);
    const sum = values.reduce((a, b) => a + b, 0);
    fc.pre(values.every((value) => value * values.length !== sum));
    const plain = meanCrossings(series);
    assert.equal(meanCrossings(series.map((value) => -value)), plain);
    assert.equal(meanCrossings(series.toReversed()), plain);
  }));
});

Deno.test("meanCrossings() refuses series that cross nothing", () => {
  assert.throws(() => meanCrossings(new Float64Array(0)), /at least 2 values, got 0/);
  assert.throws(() => meanCrossings(Float64Array.of(1)), RangeError);
  assert.throws(() => meanCrossings(new Float64Array(7).fill(0.1)), /series is constant/);
  assertRefusesNonFinite((value) => meanCrossings(Float64Array.of(1, value, 2)));
});
