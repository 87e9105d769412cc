import assert from "node:assert/strict";
import { trendLine } from "../../../quant/forecast/mod.ts";
import { rollingTrend } from "../../../quant/rolling_trend.ts";
import { assertWithin, generatedSeries } from "../../support/time_series_fixture.ts";
import { testContract } from "./forecaster_contract.ts";

const reverting = generatedSeries("reverting").slice(0, 120);

testContract("trendLine", {
  forecaster: trendLine,
  options: { lookback: 8, minRSquared: 0.3, horizon: 4 },
  window: reverting,
  minimumLength: 12,
  horizon: 4,
});

Deno.test("trendLine.predict() follows rollingTrend() where it sees a trend, and the last value elsewhere", () => {
  const { trend, slope } = rollingTrend(reverting, { window: 10, minRSquared: 0.5 });
  let model = trendLine.fit(reverting.slice(0, 20), { minRSquared: 0.5 });
  let trends = 0;
  for (let t = 20; t < 117; t++) {
    const { mean } = model.predict(3);
    const recent = reverting.subarray(t - 10, t);
    const middle = recent.reduce((sum, value) => sum + value, 0) / 10;
    for (let step = 0; step < 3; step++) {
      const expected = trend[t] === 0 ? reverting[t - 1]! : middle + slope[t]! * (step + 5.5);
      assertWithin(mean[step]!, expected, 1e-12, `step ${step} at ${t}`);
    }
    if (trend[t] !== 0) trends++;
    model = model.update(reverting[t]!);
  }
  assert.ok(trends > 20 && trends < 90, `${trends} of 97 with a trend`);
});

Deno.test("trendLine.fit() measures the errors of its own rule inside the window", () => {
  const horizon = 2;
  const window = reverting.slice(0, 40);
  const { standardDeviation } = trendLine.fit(window, { horizon }).predict(horizon);
  for (let step = 0; step < horizon; step++) {
    const squares: number[] = [];
    for (let t = 10; t + step < 40; t++) {
      // A model that is fitted on the values before t alone; its first values serve to fill the shortest window.
      const seen = window.slice(t - 10, t);
      const model = trendLine.restore({ method: "rolling_trend", recent: [...seen], minRSquared: 0.6, errors: [0, 0] });
      squares.push((window[t + step]! - model.predict(horizon).mean[step]!) ** 2);
    }
    const expected = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
    assertWithin(standardDeviation[step]!, expected, 1e-12, `error ${step}`);
  }
});

Deno.test("trendLine refuses options out of range and steps beyond its horizon", () => {
  for (const lookback of [2, 4.5, NaN]) assert.throws(() => trendLine.fit(reverting, { lookback }), /lookback/);
  for (const minRSquared of [-0.1, 1.1, NaN]) {
    assert.throws(() => trendLine.fit(reverting, { minRSquared }), /minRSquared/);
  }
  assert.throws(() => trendLine.fit(reverting, { horizon: 3 }).predict(4), /horizon must be an integer from 1 to 3/);
});
