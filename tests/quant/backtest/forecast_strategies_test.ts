import assert from "node:assert/strict";
import { forecastBand } from "../../../quant/backtest/forecast_band.ts";
import {
  FORECAST_DEFAULTS,
  ForecastEnsemble,
  type ForecastEnsembleParameters,
} from "../../../quant/backtest/forecast_ensemble.ts";
import { forecastTrend } from "../../../quant/backtest/forecast_trend.ts";
import { strategyByName } from "../../../quant/backtest/strategy_by_name.ts";
import { drift } from "../../../quant/forecast/drift.ts";
import { meanReversion } from "../../../quant/forecast/mean_reversion.ts";
import { linearRegression } from "../../../quant/linear_regression.ts";
import { generatedPair } from "./generated_pair.ts";

const cut = 250;
const { leg1, leg2 } = generatedPair(9, 400);
const formation = { price1: leg1.close.slice(0, cut), price2: leg2.close.slice(0, cut) };

/** The spread in deviations of the formation, by a kernel that the strategies do not use. */
function standardized(): Float64Array {
  const { slope, intercept } = linearRegression(formation.price1, formation.price2);
  const spread = leg2.close.map((price, t) => price - slope * leg1.close[t]! - intercept);
  const squares = spread.subarray(0, cut).reduce((sum, value) => sum + value * value, 0);
  return spread.map((value) => value / Math.sqrt(squares / cut));
}

function ensemble(window: Float64Array, more: Partial<ForecastEnsembleParameters>): ForecastEnsemble {
  return new ForecastEnsemble(window, { ...FORECAST_DEFAULTS, ...more });
}

Deno.test("ForecastEnsemble of one forecaster is that forecaster", () => {
  const z = standardized();
  const alone = ensemble(z.subarray(0, cut), { horizon: 3, coverage: 0.8 });
  let model = meanReversion.fit(z.subarray(0, cut));
  for (const value of z.subarray(cut, cut + 20)) {
    alone.update(value);
    model = model.update(value);
    const { mean, lower, upper } = model.predict(3, { coverage: 0.8 });
    const expected = [mean[2]!, lower[2]!, upper[2]!];
    const actual = alone.forecast();
    [actual.mean, actual.lower, actual.upper].forEach((number, i) =>
      assert.ok(Math.abs(number - expected[i]!) < 1e-12)
    );
  }
});

Deno.test("ForecastEnsemble weighs forecasters by their inverse errors out of sample", () => {
  const z = standardized();
  const horizon = 4;
  const first = cut - Math.floor(0.2 * cut);
  const seen = 30;
  const both = ensemble(z.subarray(0, cut), { horizon, drift: 2 });
  for (const value of z.subarray(cut, cut + seen)) both.update(value);

  // Each origin's forecast by the model of its time: that of the first four fifths up to the formation's end, then the whole one's.
  const members = [{ forecaster: meanReversion, weight: 1 }, { forecaster: drift, weight: 2 }];
  const parts = members.map(({ forecaster, weight }) => {
    let model = forecaster.fit(z.subarray(0, first));
    const squares: number[] = [];
    for (let origin = first - 1; origin + horizon < cut + seen; origin++) {
      if (origin === cut - 1) model = forecaster.fit(z.subarray(0, cut));
      else if (origin >= first) model = model.update(z[origin]!);
      const forecast = model.predict(horizon).mean[horizon - 1]!;
      squares.push((z[origin + horizon]! - forecast) ** 2);
    }
    let now = forecaster.fit(z.subarray(0, cut));
    for (const value of z.subarray(cut, cut + seen)) now = now.update(value);
    return {
      weight: weight / (squares.reduce((sum, square) => sum + square, 0) / squares.length),
      mean: now.predict(horizon).mean[horizon - 1]!,
    };
  });
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  const expected = parts.reduce((sum, { weight, mean }) => sum + weight * mean, 0) / total;
  assert.ok(Math.abs(both.forecast().mean - expected) < 1e-9, `${both.forecast().mean}, expected ${expected}`);
});

Deno.test("ForecastEnsemble takes any forecaster", () => {
  const z = standardized().subarray(0, cut);
  for (const name of ["arima", "drift", "rollingTrend", "boostedTrees", "randomForest", "lstm"] as const) {
    const one = ensemble(z, { meanReversion: 0, [name]: 1 });
    one.update(0.5);
    const { mean, lower, upper } = one.forecast();
    assert.ok(lower < mean && mean < upper, name);
  }
});

Deno.test("ForecastEnsemble refuses a formation that leaves nothing to score", () => {
  const z = standardized();
  assert.throws(() => ensemble(z.subarray(0, 30), { horizon: 6, drift: 1 }), /too few to score 6 ahead/);
});

for (const coverage of [0.3, 0.9]) {
  Deno.test(`forecastBand() enters where an interval of ${coverage} leaves out the spread, and holds otherwise`, () => {
    const z = standardized();
    const fitted = forecastBand({ horizon: 3, coverage }).fit(formation);
    let model = meanReversion.fit(z.subarray(0, cut));
    let held = 0;
    const sides = new Set<number>();
    let abstained = 0;
    for (let t = cut; t < 400; t++) {
      model = model.update(z[t]!);
      const { mean, lower, upper } = model.predict(3, { coverage });
      if (lower[2]! > z[t]!) held = 1;
      else if (upper[2]! < z[t]!) held = -1;
      else {
        abstained++;
        if (held !== 0 && Math.sign(mean[2]! - z[t]!) === -held) held = 0;
      }
      const decision = fitted.decide(leg1.close[t]!, leg2.close[t]!);
      assert.equal(decision.target, held, `session ${t}`);
      assert.ok(Math.abs(decision.score - (mean[2]! - z[t]!)) < 1e-9);
      sides.add(held);
    }
    assert.ok(abstained > 20);
    if (coverage === 0.3) assert.deepEqual(sides, new Set([-1, 0, 1]));
  });
}

Deno.test("forecastTrend() enters outside the bands where the forecast leads back, and nowhere else", () => {
  const z = standardized();
  const fitted = forecastTrend({ horizon: 3, coverage: 0.3, bandZ: 1.2 }).fit(formation);
  let model = meanReversion.fit(z.subarray(0, cut));
  let held = 0;
  const signals = new Set<string>();
  for (let t = cut; t < 400; t++) {
    model = model.update(z[t]!);
    const { mean, lower, upper } = model.predict(3, { coverage: 0.3 });
    if (z[t]! > 1.2) held = upper[2]! < z[t]! ? -1 : held;
    else if (z[t]! < -1.2) held = lower[2]! > z[t]! ? 1 : held;
    else if (held !== 0 && Math.sign(mean[2]! - z[t]!) === -held) held = 0;
    const decision = fitted.decide(leg1.close[t]!, leg2.close[t]!);
    assert.equal(decision.target, held, `session ${t}`);
    assert.ok(Math.abs(decision.score - z[t]!) < 1e-9);
    signals.add(decision.signal);
  }
  assert.deepEqual(signals, new Set(["enter_long", "enter_short", "exit", "hold"]));
});

Deno.test("forecastTrend() enters nothing while its forecaster expects the spread to stay", () => {
  const fitted = forecastTrend({ meanReversion: 0, drift: 1, coverage: 0.9 }).fit(formation);
  for (let t = cut; t < 400; t++) assert.equal(fitted.decide(leg1.close[t]!, leg2.close[t]!).target, 0);
});

Deno.test("strategies of forecasts refuse parameters out of range", () => {
  for (
    const [parameters, message] of [
      [{ horizon: 0 }, /horizon/],
      [{ horizon: 1.5 }, /horizon/],
      [{ coverage: 1 }, /coverage/],
      [{ arima: -1 }, /arima must be a weight of 0 or more/],
      [{ meanReversion: 0 }, /One forecaster must have a weight above 0/],
      [{ prophet: 1 }, /no parameter "prophet"/],
    ] as const
  ) {
    for (const name of ["forecast_trend", "forecast_band"]) {
      assert.throws(() => strategyByName(name, parameters), message);
    }
  }
  assert.throws(() => strategyByName("forecast_trend", { bandZ: 0 }), /bandZ/);
});
