import assert from "node:assert/strict";
import { kalmanHedgeRatio } from "../../quant/kalman_hedge_ratio.ts";
import { linearRegression } from "../../quant/linear_regression.ts";
import {
  assertRefusesNonFinite,
  assertRelative,
  assertWithin,
  generatedPair,
  timeSeries,
} from "../support/time_series_fixture.ts";

Deno.test("kalmanHedgeRatio() equals 50-digit arithmetic", () => {
  for (const golden of timeSeries.kalmanHedgeRatio) {
    const { x, y } = generatedPair(golden.pair);
    const result = kalmanHedgeRatio(y.slice(0, golden.length), x.slice(0, golden.length), golden.options);
    for (const column of ["slope", "intercept", "innovations", "innovationVariances"] as const) {
      const magnitude = Math.max(...golden[column].map(Math.abs));
      golden[column].forEach((expected, t) =>
        assertWithin(result[column][t]!, expected, 1e-10 * magnitude, `${golden.pair} ${column} ${t}`)
      );
    }
    assertRelative(result.logLikelihood, golden.logLikelihood, 1e-12, `${golden.pair} likelihood`);
  }
});

Deno.test("kalmanHedgeRatio() without drift and opinion ends at least squares", () => {
  const { x, y } = generatedPair("cointegrated");
  const { slope, intercept } = kalmanHedgeRatio(y, x, { delta: 0, initialVariances: [1e8, 1e10] });
  const line = linearRegression(x, y);
  assertRelative(slope.at(-1)!, line.slope, 1e-7, "slope");
  assertRelative(intercept.at(-1)!, line.intercept, 1e-5, "intercept");
});

Deno.test("kalmanHedgeRatio() looks at nothing after the session it speaks of", () => {
  const { x, y } = generatedPair("cointegrated");
  const whole = kalmanHedgeRatio(y, x);
  const part = kalmanHedgeRatio(y.slice(0, 200), x.slice(0, 200));
  for (const column of ["slope", "intercept", "innovations", "innovationVariances"] as const) {
    assert.deepEqual(whole[column].slice(0, 200), part[column]);
  }
});

Deno.test("kalmanHedgeRatio() stays finite over thousands of sessions, constant legs included", () => {
  const { x, y } = generatedPair("near_duplicate_long");
  const flat = new Float64Array(x.length).fill(10);
  for (const result of [kalmanHedgeRatio(y, x), kalmanHedgeRatio(y, flat), kalmanHedgeRatio(flat, x)]) {
    assert.ok(result.innovationVariances.every((variance) => variance > 0) && result.slope.every(Number.isFinite));
  }
});

Deno.test("kalmanHedgeRatio() refuses empty and broken input and impossible variances", () => {
  const { x, y } = generatedPair("short");
  assert.throws(() => kalmanHedgeRatio(new Float64Array(0), new Float64Array(0)), /at least 1 values, got 0/);
  assert.throws(() => kalmanHedgeRatio(y, x.subarray(1)), /same length/);
  assertRefusesNonFinite((value) => kalmanHedgeRatio(y.with(1, value), x));
  assertRefusesNonFinite((value) => kalmanHedgeRatio(y, x.with(1, value)));
  for (const delta of [-0.1, 1, NaN]) assert.throws(() => kalmanHedgeRatio(y, x, { delta }), /delta/);
  for (const observationVariance of [0, -1, NaN, Infinity]) {
    assert.throws(() => kalmanHedgeRatio(y, x, { observationVariance }), /observationVariance/);
  }
  assert.throws(() => kalmanHedgeRatio(y, x, { initialState: [NaN, 0] }), /initialState/);
  assert.throws(() => kalmanHedgeRatio(y, x, { initialVariances: [0, -1] }), /initialVariances/);
});
