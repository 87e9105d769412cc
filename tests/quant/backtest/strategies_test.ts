import assert from "node:assert/strict";
import { BandRule } from "../../../quant/backtest/band_rule.ts";
import { kalmanHedge } from "../../../quant/backtest/kalman_hedge.ts";
import { ouThresholds } from "../../../quant/backtest/ou_thresholds.ts";
import { rollingTrendStrategy } from "../../../quant/backtest/rolling_trend_strategy.ts";
import type { FittedStrategy } from "../../../quant/backtest/strategy.ts";
import { strategyByName, strategyNames } from "../../../quant/backtest/strategy_by_name.ts";
import { zScoreBands } from "../../../quant/backtest/z_score_bands.ts";
import { linearRegression } from "../../../quant/linear_regression.ts";
import { rollingTrend } from "../../../quant/rolling_trend.ts";
import { generatedPair } from "./generated_pair.ts";

/** y = x ± 1: slope 1, intercept 0, residuals of mean 0 and standard deviation 1. */
const unitSpread = { price1: Float64Array.of(10, 10, 20, 20), price2: Float64Array.of(11, 9, 21, 19) };

function formationOf(seed: number, count = 250) {
  const { leg1, leg2 } = generatedPair(seed, count);
  return { price1: leg1.close, price2: leg2.close };
}

/** Targets and signals for a run of scores. */
function follow(rule: BandRule, scores: number[]) {
  return scores.map((z) => rule.next(z)).map(({ target, signal }) => `${target} ${signal}`);
}

Deno.test("BandRule enters beyond the entry, leaves within the exit and turns around beyond the opposite entry", () => {
  const rule = new BandRule({ entryZ: 1, exitZ: 0.5, stopZ: 4 });
  assert.deepEqual(follow(rule, [0.9, 1.1, 0.8, 0.5, -1.5, -0.7, 1.2, -0.9]), [
    "0 hold",
    "-1 enter_short",
    "-1 hold",
    "0 exit",
    "1 enter_long",
    "1 hold",
    "-1 enter_short",
    // Past the exit band on the other side, though within none.
    "0 exit",
  ]);
});

Deno.test("BandRule gives up at the stop and waits until the spread has come back", () => {
  const rule = new BandRule({ entryZ: 1, exitZ: 0.5, stopZ: 3 });
  assert.deepEqual(follow(rule, [2, 3, 2, 3.5, 0.6, 0.4, 1.5]), [
    "-1 enter_short",
    "0 stop",
    "0 hold",
    "0 hold",
    "0 hold",
    "0 hold",
    "-1 enter_short",
  ]);
});

Deno.test("BandRule neither enters beyond the stop nor holds through a leap to the far side of it", () => {
  const rule = new BandRule({ entryZ: 1, exitZ: 0.5, stopZ: 3 });
  assert.deepEqual(follow(rule, [3.2, 2.9, -5]), ["0 hold", "-1 enter_short", "0 exit"]);
});

Deno.test("BandRule leaves everything as it is for a score that is not a number", () => {
  const rule = new BandRule({ entryZ: 1, exitZ: 0, stopZ: Infinity });
  assert.deepEqual(follow(rule, [NaN, 2, NaN, Infinity]), ["0 hold", "-1 enter_short", "-1 hold", "0 stop"]);
});

Deno.test("BandRule refuses bands in the wrong order", () => {
  for (const [exitZ, entryZ, stopZ] of [[-0.1, 1, 2], [1, 1, 2], [0.5, 2, 2], [NaN, 1, 2]] as const) {
    assert.throws(() => new BandRule({ exitZ, entryZ, stopZ }), RangeError);
  }
});

Deno.test("zScoreBands() standardizes with the formation's line and deviation", () => {
  const fitted = zScoreBands().fit(unitSpread);
  assert.deepEqual(fitted.estimates, { hedgeRatio: 1, intercept: 0, std: 1 });
  const { score, hedgeRatio, signal } = fitted.decide(30, 28);
  assert.deepEqual([score, hedgeRatio, signal], [-2, 1, "enter_long"]);
});

Deno.test("rollingTrendStrategy() follows the reference's rule with the formation's scale, mean and deviation", () => {
  const { leg1, leg2 } = generatedPair(9, 400);
  const cut = 250;
  const formation = { price1: leg1.close.slice(0, cut), price2: leg2.close.slice(0, cut) };
  const fitted = rollingTrendStrategy().fit(formation);

  // The same rule over whole arrays: what is estimated comes from the formation, the trend from the kernel.
  const { slope, intercept } = linearRegression(formation.price1, formation.price2);
  const spread = leg2.close.map((price, t) => price - slope * leg1.close[t]! - intercept);
  const past = spread.slice(0, cut);
  const [min, max] = [Math.min(...past), Math.max(...past)];
  const d = spread.map((value) => (value - min) / (max - min));
  const mean = d.slice(0, cut).reduce((sum, value) => sum + value / cut, 0);
  const std = Math.sqrt(d.slice(0, cut).reduce((sum, value) => sum + (value - mean) ** 2 / cut, 0));
  const { trend } = rollingTrend(d);
  let held = 0;
  const sides = new Set<number>();
  for (let t = cut; t < 398; t++) {
    if (d[t]! > mean + std) held = trend[t]! <= 0 ? -1 : held;
    else if (d[t]! < mean - std) held = trend[t]! >= 0 ? 1 : held;
    else if (held === -trend[t]!) held = 0;
    const decision = fitted.decide(leg1.close[t]!, leg2.close[t]!);
    assert.equal(decision.target, held, `session ${t}`);
    assert.ok(Math.abs(decision.score - d[t]!) < 1e-12);
    sides.add(held);
  }
  assert.deepEqual(sides, new Set([-1, 0, 1]));
});

Deno.test("every strategy that enters at a level does so once its z is beyond it, and not before", () => {
  const formation = formationOf(6);
  for (const name of ["rolling_trend", "z_score_bands", "kalman_hedge", "ou_thresholds"] as const) {
    const { levels: { entryZ } } = strategyByName(name).fit(formation);
    assert.ok(entryZ > 0, name);
    for (const price2 of [80, 95, 100, 105, 120]) {
      // A fitted strategy remembers: each price is the first one after the formation.
      const { z, target } = strategyByName(name).fit(formation).decide(100, price2);
      // Beyond the stop, or with the trend against it, nothing is entered.
      if (Math.abs(z) <= entryZ) assert.equal(target, 0, `${name} at ${z}`);
      else assert.ok(target === 0 || target === -Math.sign(z), `${name} at ${z}`);
    }
  }
});

Deno.test("rollingTrendStrategy() states z in deviations of the formation, as zScoreBands() scores", () => {
  const formation = formationOf(6);
  const [trend, bands] = [rollingTrendStrategy().fit(formation), zScoreBands().fit(formation)];
  for (const price2 of [90, 100, 110]) {
    assert.ok(Math.abs(trend.decide(100, price2).z - bands.decide(100, price2).score) < 1e-12);
  }
  assert.deepEqual(trend.levels, { entryZ: 1, exitZ: NaN, stopZ: NaN });
  assert.deepEqual(bands.levels, { entryZ: 1, exitZ: 0.5, stopZ: 4 });
});

Deno.test("forecast strategies state z in deviations of the formation, and no level where the interval decides", () => {
  const formation = formationOf(6);
  const expected = zScoreBands().fit(formation).decide(100, 97).score;
  for (const name of ["forecast_trend", "forecast_band"] as const) {
    const fitted = strategyByName(name).fit(formation);
    assert.ok(Math.abs(fitted.decide(100, 97).z - expected) < 1e-12);
    assert.deepEqual(fitted.levels, { entryZ: name === "forecast_trend" ? 1 : NaN, exitZ: NaN, stopZ: NaN });
  }
});

Deno.test("kalmanHedge() with slow adaptation is the z-score of the formation's line", () => {
  const formation = formationOf(4);
  const kalman = kalmanHedge({ adaptationSessions: 1e9 }).fit(formation);
  const bands = zScoreBands().fit(formation);
  for (let t = 0; t < 40; t++) {
    const [price1, price2] = [90 + t, 85 + 0.6 * t];
    const expected = bands.decide(price1, price2);
    const actual = kalman.decide(price1, price2);
    assert.ok(Math.abs(actual.score - expected.score) < 1e-6 * Math.max(1, Math.abs(expected.score)));
    assert.ok(Math.abs(actual.hedgeRatio - expected.hedgeRatio) < 1e-6);
  }
});

Deno.test("kalmanHedge() follows a lasting shift of the spread in about its adaptation time", () => {
  const formation = formationOf(4);
  const { hedgeRatio, intercept } = zScoreBands().fit(formation).estimates;
  const shift = 2;
  const scoreAfter = (adaptationSessions: number, sessions: number) => {
    const fitted = kalmanHedge({ adaptationSessions }).fit(formation);
    let score = NaN;
    for (let t = 0; t < sessions; t++) score = fitted.decide(100, hedgeRatio! * 100 + intercept! + shift).score;
    return score;
  };
  const first = scoreAfter(20, 1);
  assert.ok(first > 1);
  assert.ok(scoreAfter(20, 60) < 0.1 * first, "three adaptation times forget nine tenths");
  assert.ok(scoreAfter(200, 60) > 0.8 * first, "a slow filter still sees the shift");
});

Deno.test("ouThresholds() scores in stationary deviations and enters further out the more trading costs", () => {
  const formation = formationOf(6);
  const cheap = ouThresholds({ expectedCostBps: 1 }).fit(formation);
  const dear = ouThresholds({ expectedCostBps: 30 }).fit(formation);
  const { theta, sigma, std, mu, hedgeRatio, intercept, entryZ } = cheap.estimates;
  assert.ok(Math.abs(std! - sigma! / Math.sqrt(2 * theta!)) < 1e-12);
  assert.ok(dear.estimates.entryZ! > entryZ!);
  const at = (fitted: FittedStrategy, z: number) => fitted.decide(100, hedgeRatio! * 100 + intercept! + mu! + z * std!);
  assert.ok(Math.abs(at(cheap, 0.3).score - 0.3) < 1e-9);
  const between = (entryZ! + dear.estimates.entryZ!) / 2;
  assert.equal(at(cheap, between).signal, "enter_short");
  assert.equal(at(dear, between).signal, "hold");
  // Held to the mean, not to a band around it.
  assert.equal(at(cheap, 0.05).signal, "hold");
  assert.equal(at(cheap, -0.01).signal, "exit");
});

Deno.test("ouThresholds() does not trade what does not revert, reverts slowly, or costs more than it earns", () => {
  const x = Float64Array.from({ length: 120 }, (_, t) => 50 + 10 * Math.sin(t));
  const drifting = { price1: x, price2: x.map((price, t) => price + 1.05 ** t / 50) };
  assert.throws(() => ouThresholds().fit(drifting), /half-life/);
  assert.throws(() => ouThresholds({ maxHalfLifeSessions: 2 }).fit(formationOf(6)), /only below 2/);
  assert.throws(() => ouThresholds({ expectedCostBps: 500 }).fit(formationOf(6)), /beyond the stop/);
});

for (const name of strategyNames) {
  Deno.test(`${name} refuses constant and collinear legs and formations that are too short`, () => {
    const strategy = strategyByName(name);
    const price1 = Float64Array.from({ length: 60 }, (_, t) => 50 + Math.sin(t));
    const refuses = (price1: Float64Array, price2: Float64Array) =>
      assert.throws(() => strategy.fit({ price1, price2 }), RangeError);
    refuses(new Float64Array(60).fill(50), price1);
    refuses(price1, new Float64Array(60).fill(50));
    refuses(price1, price1.map((price) => 2 * price + 1));
    refuses(price1.subarray(0, 1), price1.subarray(0, 1));
    refuses(new Float64Array(0), new Float64Array(0));
  });

  Deno.test(`${name} decides the same for the same prices, each fit for itself`, () => {
    const formation = formationOf(2);
    const strategy = strategyByName(name);
    const first = strategy.fit(formation);
    const second = strategy.fit(formation);
    const prices = generatedPair(3, 60);
    const run = (fitted: FittedStrategy) =>
      Array.from(prices.leg1.close, (price1, t) => fitted.decide(price1, prices.leg2.close[t]!));
    assert.deepEqual(run(first), run(second));
  });
}

Deno.test("strategyByName() gives every strategy its name and settings", () => {
  for (const name of strategyNames) assert.equal(strategyByName(name).name, name);
  assert.equal(strategyByName("ou_thresholds", { stopZ: 5 }).parameters.stopZ, 5);
});

Deno.test("strategyByName() refuses unknown names, unknown parameters and values out of range", () => {
  assert.throws(() => strategyByName("hodl"), /no strategy "hodl": choose one of rolling_trend/);
  assert.throws(() => strategyByName("toString"), RangeError);
  assert.throws(() => strategyByName("kalman_hedge", { speed: 1 }), /no parameter "speed": it has entryZ/);
  assert.throws(() => strategyByName("rolling_trend", { trendSessions: 2 }), RangeError);
  assert.throws(() => strategyByName("rolling_trend", { minRSquared: 1 }), RangeError);
  assert.throws(() => strategyByName("rolling_trend", { bandZ: 0 }), RangeError);
  assert.throws(() => strategyByName("kalman_hedge", { adaptationSessions: 0 }), RangeError);
  assert.throws(() => strategyByName("ou_thresholds", { expectedCostBps: -1 }), RangeError);
  assert.throws(() => strategyByName("ou_thresholds", { maxHalfLifeSessions: 0 }), RangeError);
  assert.throws(() => strategyByName("z_score_bands", { entryZ: 0.2 }), RangeError);
});
