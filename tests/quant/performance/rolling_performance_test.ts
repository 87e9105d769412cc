import assert from "node:assert/strict";
import { linearRegression } from "../../../quant/linear_regression.ts";
import { sharpeRatio } from "../../../quant/performance/risk_adjusted_return.ts";
import { rollingBeta, rollingSharpe } from "../../../quant/performance/rolling_performance.ts";

const excess = Float64Array.from({ length: 60 }, (_, t) => 0.001 + 0.01 * Math.sin(t * t));
const benchmark = Float64Array.from({ length: 60 }, (_, t) => 0.012 * Math.cos(t * t + 1));

Deno.test("rollingSharpe() is the Sharpe ratio of each window, and NaN before the first", () => {
  const rolled = rollingSharpe(excess, 21);
  assert.ok(rolled.subarray(0, 20).every(Number.isNaN));
  for (let t = 20; t < 60; t++) assert.equal(rolled[t], sharpeRatio(excess.slice(t - 20, t + 1)));
});

Deno.test("rollingSharpe() of constant returns is 0 without a gain and infinite with one", () => {
  assert.deepEqual([...rollingSharpe(Float64Array.of(0, 0, 0), 2)], [NaN, 0, 0]);
  assert.deepEqual([...rollingSharpe(Float64Array.of(0.5, 0.5), 2)], [NaN, Infinity]);
});

Deno.test("rollingBeta() is the slope of each window, and NaN for a constant benchmark", () => {
  const rolled = rollingBeta(excess, benchmark, 21);
  assert.ok(rolled.subarray(0, 20).every(Number.isNaN));
  for (let t = 20; t < 60; t++) {
    const { slope } = linearRegression(benchmark.slice(t - 20, t + 1), excess.slice(t - 20, t + 1));
    assert.ok(Math.abs(rolled[t]! - slope) < 1e-12, `${t}`);
  }
  assert.deepEqual([...rollingBeta(Float64Array.of(1, 2), new Float64Array(2), 2)], [NaN, NaN]);
});

Deno.test("rolling figures refuse a window of one session, returns that are no numbers, and lengths that differ", () => {
  for (const window of [1, 2.5, NaN]) assert.throws(() => rollingSharpe(excess, window), RangeError);
  assert.throws(() => rollingSharpe(Float64Array.of(NaN, 1), 2), RangeError);
  assert.throws(() => rollingBeta(excess, benchmark.subarray(1), 2), /60 returns and 59/);
  assert.deepEqual(
    [...rollingSharpe(Float64Array.of(0.1), 5)],
    [NaN],
    "a window longer than the record leaves nothing",
  );
});
