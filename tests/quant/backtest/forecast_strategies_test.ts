import assert from "node:assert/strict";
import { forecastBand } from "../../../quant/backtest/forecast_band.ts";
import {
  FORECAST_DEFAULTS,
  ForecastEnsemble,
  type ForecastEnsembleParameters,
} from "../../../quant/backtest/forecast_ensemble.ts";
import { forecastTrend } from "../../../quant/backtest/forecast_trend.ts";
import { withExits } from "../../../quant/backtest/exit_rules.ts";
import { sharedFits } from "../../../quant/backtest/shared_fits.ts";
import type { Strategy } from "../../../quant/backtest/strategy.ts";
import { strategyByName } from "../../../quant/backtest/strategy_by_name.ts";
import { drift } from "../../../quant/forecast/drift.ts";
import { meanReversion } from "../../../quant/forecast/mean_reversion.ts";
import { prophet } from "../../../quant/forecast/prophet/prophet.ts";
import { linearRegression } from "../../../quant/linear_regression.ts";
import { walkForward } from "../../../quant/backtest/walk_forward.ts";
import { generatedPair } from "./generated_pair.ts";

await prophet.load();

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

function ensemble(
  window: Float64Array,
  more: Partial<ForecastEnsembleParameters>,
  days?: Float64Array,
): ForecastEnsemble {
  return new ForecastEnsemble(window, { ...FORECAST_DEFAULTS, ...more }, days?.subarray(0, window.length));
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
  for (const name of ["arima", "drift", "rollingTrend", "boostedTrees", "randomForest", "lstm", "prophet"] as const) {
    const one = ensemble(z, { meanReversion: 0, [name]: 1 });
    one.update(0.5);
    const { mean, lower, upper } = one.forecast();
    assert.ok(lower < mean && mean < upper, name);
  }
});

Deno.test("ForecastEnsemble fits its forecasters again every refitSessions values, on as many values as the formation has", () => {
  const z = standardized();
  const again = ensemble(z.subarray(0, cut), { horizon: 3, coverage: 0.8, refitSessions: 6 });
  let model = meanReversion.fit(z.subarray(0, cut));
  for (let passed = 1; passed <= 20; passed++) {
    const value = z[cut + passed - 1]!;
    again.update(value);
    model = passed % 6 === 0 ? meanReversion.fit(z.slice(passed, cut + passed)) : model.update(value);
    const { mean, lower, upper } = model.predict(3, { coverage: 0.8 });
    assert.deepEqual({ ...again.forecast() }, { mean: mean[2], lower: lower[2], upper: upper[2] });
  }
});

Deno.test("ForecastEnsemble keeps its model where values allow no fit", () => {
  const z = standardized().slice(0, 40);
  const again = ensemble(z, { meanReversion: 0, arima: 1, horizon: 1, refitSessions: 50 });
  const once = ensemble(z, { meanReversion: 0, arima: 1, horizon: 1 });
  // Constant values fill the window by the 50th, on which no ARIMA can be fitted.
  for (let passed = 0; passed < 50; passed++) for (const one of [again, once]) one.update(0.25);
  assert.deepEqual(again.forecast(), once.forecast());
});

Deno.test("ForecastEnsemble gives Prophet the days of its values", () => {
  const z = standardized();
  const days = Float64Array.from({ length: cut + 10 }, (_, t) => 19000 + t + 2 * Math.floor(t / 5) + (t > 100 ? 3 : 0));
  const alone = ensemble(z.subarray(0, cut), { meanReversion: 0, prophet: 1, horizon: 2, refitSessions: 8 }, days);
  let model = prophet.fit(z.slice(0, cut), { days: days.slice(0, cut) });
  for (let passed = 1; passed <= 10; passed++) {
    const [value, day] = [z[cut + passed - 1]!, days[cut + passed - 1]!];
    alone.update(value, day);
    model = passed === 8
      ? prophet.fit(z.slice(passed, cut + passed), { days: days.slice(passed, cut + passed) })
      : model.update(value, day);
    assert.equal(alone.forecast().mean, model.predict(2).mean[1]);
  }
});

Deno.test("walkForward() gives a strategy the days of its closes", () => {
  const sessions = Array.from(
    { length: 400 },
    (_, t) => new Date(86_400_000 * (19000 + 2 * t)).toISOString().slice(0, 10),
  );
  const seen: number[] = [];
  const strategy: Strategy = {
    name: "days",
    parameters: {},
    fit({ price1, days }) {
      assert.equal(days!.length, price1.length);
      seen.push(...days!);
      return {
        estimates: {},
        levels: { entryZ: NaN, exitZ: NaN, stopZ: NaN },
        decide(_price1, _price2, day) {
          seen.push(day!);
          return { target: 0, signal: "hold", hedgeRatio: 1, score: 0, z: 0 };
        },
      };
    },
  };
  const exits = withExits(strategy, { spreadStopZ: 100 });
  const windows = [{ formationStart: 0, tradingStart: cut, tradingEnd: 400, complete: false }];
  walkForward({ sessions, leg1, leg2, strategy: sharedFits(exits)(), windows, fillAt: "next_close" });
  assert.deepEqual(seen, Array.from({ length: 400 }, (_, t) => 19000 + 2 * t));
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
      [{ prophet: -1 }, /prophet must be a weight of 0 or more/],
      [{ refitSessions: 1.5 }, /refitSessions/],
      [{ refitSessions: -1 }, /refitSessions/],
      [{ nbeats: 1 }, /no parameter "nbeats"/],
    ] as const
  ) {
    for (const name of ["forecast_trend", "forecast_band"]) {
      assert.throws(() => strategyByName(name, parameters), message);
    }
  }
  assert.throws(() => strategyByName("forecast_trend", { bandZ: 0 }), /bandZ/);
});
