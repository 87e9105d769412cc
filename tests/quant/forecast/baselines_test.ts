import assert from "node:assert/strict";
import { drift, type ForecastModel, lastValue, meanReversion } from "../../../quant/forecast/mod.ts";
import { assertRelative } from "../../support/time_series_fixture.ts";
import { testContract } from "./forecaster_contract.ts";

interface Expected {
  mean: number[];
  standardDeviation: number[];
}

type Baselines = Record<
  string,
  & { series: number[]; slope: number; intercept: number }
  & Record<"last_value" | "drift" | "mean_reversion", Expected>
>;

/** `make_baselines.py` beside it says where each number comes from. */
const baselines: Baselines = JSON.parse(
  Deno.readTextFileSync(new URL("./fixtures/baselines.json", import.meta.url)),
);

for (const forecaster of [lastValue, drift, meanReversion]) {
  const { method } = forecaster;
  const window = Float64Array.from(baselines.reverting!.series);
  const minimumLength = { last_value: 2, drift: 3, mean_reversion: 4 }[method]!;
  testContract(method, { forecaster, window, minimumLength, horizon: 5 });

  Deno.test(`${method}.predict() equals the reference's forecasts and errors`, () => {
    for (const [name, { series, ...expected }] of Object.entries(baselines)) {
      const model = forecaster.fit(Float64Array.from(series));
      assertForecast(model, expected[method as "drift"], name);
    }
  });

  Deno.test(`${method} starts from the newest value without another fit`, () => {
    const { series } = baselines.walk!;
    const model = forecaster.fit(Float64Array.from(series));
    const updated = model.update(90).update(95);
    const shifted = JSON.parse(JSON.stringify({ ...model.toJSON(), last: 95 }));
    assert.deepEqual(updated.predict(4), forecaster.restore(shifted).predict(4));
  });
}

Deno.test("lastValue.fit() and drift.fit() give a constant window an error of 0, meanReversion.fit() refuses it", () => {
  const constant = new Float64Array(20).fill(0.1);
  for (const forecaster of [lastValue, drift]) {
    const { mean, standardDeviation } = forecaster.fit(constant).predict(2);
    assert.deepEqual([[...mean], [...standardDeviation]], [[0.1, 0.1], [0, 0]]);
  }
  assert.throws(() => meanReversion.fit(constant), { name: "RangeError", message: /constant.*last_value/ });
});

Deno.test("meanReversion.fit() moves with the level and the unit of the window", () => {
  const window = Float64Array.from(baselines.reverting!.series);
  const { mean, standardDeviation } = meanReversion.fit(window).predict(3);
  const moved = meanReversion.fit(window.map((value) => 100 - 8 * value)).predict(3);
  for (let step = 0; step < 3; step++) {
    assertRelative(moved.mean[step]!, 100 - 8 * mean[step]!, 1e-12, `mean ${step}`);
    assertRelative(moved.standardDeviation[step]!, 8 * standardDeviation[step]!, 1e-10, `error ${step}`);
  }
});

function assertForecast(model: ForecastModel, expected: Expected, name: string): void {
  const forecast = model.predict(expected.mean.length);
  for (let step = 0; step < expected.mean.length; step++) {
    assertRelative(forecast.mean[step]!, expected.mean[step]!, 1e-9, `${name} mean ${step}`);
    assertRelative(
      forecast.standardDeviation[step]!,
      expected.standardDeviation[step]!,
      1e-9,
      `${name} error ${step}`,
    );
  }
}
