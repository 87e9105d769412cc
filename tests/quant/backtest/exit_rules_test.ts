import assert from "node:assert/strict";
import { withExits } from "../../../quant/backtest/exit_rules.ts";
import { kalmanHedge } from "../../../quant/backtest/kalman_hedge.ts";
import { ouThresholds } from "../../../quant/backtest/ou_thresholds.ts";
import { rollingTrendStrategy } from "../../../quant/backtest/rolling_trend_strategy.ts";
import type { Side } from "../../../quant/backtest/strategy.ts";
import { walkForward } from "../../../quant/backtest/walk_forward.ts";
import { fitSpread, zScoreBands } from "../../../quant/backtest/z_score_bands.ts";
import { engleGranger } from "../../../quant/engle_granger.ts";
import { halfLife } from "../../../quant/half_life.ts";
import { generatedPair, prefix } from "./generated_pair.ts";
import { scriptedStrategy } from "./scripted_strategy.ts";

const pair = generatedPair(5, 400);
const formation = { price1: pair.leg1.close.slice(0, 250), price2: pair.leg2.close.slice(0, 250) };
const { slope, intercept, residuals, std } = fitSpread(formation.price1, formation.price2);
const sessionsOfHalfLife = halfLife(residuals);

/** Closes of leg 2 at which the formation's spread stands at the given deviations, leg 1 at 100. */
function at(z: number): [number, number] {
  return [100, slope * 100 + intercept + z * std];
}

Deno.test("withExits() without rules is the strategy itself", () => {
  const strategy = zScoreBands();
  assert.equal(withExits(strategy, {}), strategy);
  assert.equal(withExits(strategy, { spreadStopZ: undefined }), strategy);
});

Deno.test("withExits() adds its rules to the parameters, and the half-life to the estimates where a rule needs it", () => {
  const strategy = withExits(zScoreBands(), { timeStopHalfLives: 2, spreadStopZ: 3 });
  assert.equal(strategy.name, "z_score_bands");
  assert.deepEqual(strategy.parameters, { entryZ: 1, exitZ: 0.5, stopZ: 4, timeStopHalfLives: 2, spreadStopZ: 3 });
  assert.equal(strategy.fit(formation).estimates.exitHalfLife, sessionsOfHalfLife);
  assert.equal(withExits(zScoreBands(), { spreadStopZ: 3 }).fit(formation).estimates.exitHalfLife, undefined);
});

Deno.test("withExits() gives a position up after its half-lives and keeps out until the strategy has left", () => {
  const wait = Math.ceil(2 * sessionsOfHalfLife);
  const script: Side[] = [...Array<Side>(wait + 4).fill(1), 0, 1, 1, -1];
  const fitted = withExits(scriptedStrategy(script), { timeStopHalfLives: 2 }).fit(formation);
  const decisions = script.map(() => fitted.decide(...at(0)));
  // The entry is session 0; `wait` sessions later the position is given up.
  const targets = [...Array<number>(wait).fill(1), 0, 0, 0, 0, 0, 1, 1, -1];
  assert.deepEqual(decisions.map(({ target }) => target), targets);
  assert.deepEqual(decisions.slice(wait - 1, wait + 6).map(({ signal }) => signal), [
    "hold",
    "stop",
    "hold",
    "hold",
    "hold",
    "exit",
    "enter_long",
  ]);
});

Deno.test("withExits() states its stop where the strategy has none of its own", () => {
  const rules = { spreadStopZ: 3 };
  assert.deepEqual(withExits(rollingTrendStrategy(), rules).fit(formation).levels, {
    entryZ: 1,
    exitZ: NaN,
    stopZ: 3,
  });
  assert.equal(withExits(zScoreBands(), rules).fit(formation).levels.stopZ, 4);
  assert.equal(withExits(rollingTrendStrategy(), { timeStopHalfLives: 2 }).fit(formation).levels.stopZ, NaN);
});

Deno.test("withExits() counts a turned position from its turn", () => {
  const wait = Math.ceil(sessionsOfHalfLife);
  const script: Side[] = [1, 1, ...Array<Side>(wait + 1).fill(-1)];
  const fitted = withExits(scriptedStrategy(script), { timeStopHalfLives: 1 }).fit(formation);
  const targets = script.map(() => fitted.decide(...at(0)).target);
  assert.deepEqual(targets, [1, 1, ...Array<number>(wait).fill(-1), 0]);
});

Deno.test("withExits() stops on the losing side of the formation's spread only, and enters nothing beyond the stop", () => {
  const script: Side[] = [-1, -1, -1, -1, 0, -1, -1, 1, 1];
  const spread = [1, -5, 2.9, 3.01, 3, 3.5, 1, 3.5, -3.1];
  const fitted = withExits(scriptedStrategy(script), { spreadStopZ: 3 }).fit(formation);
  const decisions = spread.map((z) => fitted.decide(...at(z)));
  assert.deepEqual(decisions.map(({ target, signal }) => `${target} ${signal}`), [
    "-1 enter_short",
    "-1 hold",
    "-1 hold",
    "0 stop",
    "0 exit",
    "0 hold",
    "0 hold",
    "1 enter_long",
    "0 stop",
  ]);
});

Deno.test("withExits() refuses a formation that reverts too slowly for the trading window, or not at all", () => {
  const bound = (sessions: number) => withExits(zScoreBands(), { halfLifeBoundSessions: sessions });
  assert.throws(() => bound(0.9 * sessionsOfHalfLife).fit(formation), /half-life of the spread is .* only up to/);
  bound(1.1 * sessionsOfHalfLife).fit(formation);
  const price1 = Float64Array.from({ length: 60 }, (_, t) => 100 + Math.sin(t * t));
  const price2 = price1.map((price, t) => price + 1.1 ** t);
  for (const rule of [{ halfLifeBoundSessions: 1e9 }, { timeStopHalfLives: 3 }]) {
    assert.throws(() => withExits(zScoreBands(), rule).fit({ price1, price2 }), /does not revert/);
  }
});

Deno.test("withExits() leaves where the running window refuses cointegration, as Engle and Granger's test does there", () => {
  const script = Array<Side>(120).fill(1);
  const breakPValue = 0.2;
  const fitted = withExits(scriptedStrategy(script), { breakPValue }).fit(formation);
  const closes1 = [...formation.price1];
  const closes2 = [...formation.price2];
  let broken = false;
  let drift = 0;
  for (let t = 250; t < 370; t++) {
    // From here on leg 2 leaves leg 1.
    if (t >= 280) drift += 0.3;
    const close1 = pair.leg1.close[t]!;
    const close2 = pair.leg2.close[t]! + drift;
    closes1.push(close1);
    closes2.push(close2);
    const { target, signal } = fitted.decide(close1, close2);
    const pValue = engleGranger(Float64Array.from(closes2.slice(-250)), Float64Array.from(closes1.slice(-250))).pValue;
    if (!broken && pValue > breakPValue) {
      broken = true;
      assert.equal(signal, "stop");
      assert.ok(t > 280);
    } else assert.equal(signal, !broken && t === 250 ? "enter_long" : "hold");
    assert.equal(target, broken ? 0 : 1);
  }
  assert.ok(broken);
});

Deno.test("withExits() never looks ahead: the sessions so far decide what walkForward() does in them", () => {
  const rules = { timeStopHalfLives: 0.5, spreadStopZ: 1.8, halfLifeBoundSessions: 40, breakPValue: 0.3 };
  const run = (bars: typeof pair, strategy: Parameters<typeof withExits>[0]) =>
    walkForward({ ...bars, strategy, formationSessions: 120, tradingSessions: 60 });
  for (const strategy of [zScoreBands(), rollingTrendStrategy(), kalmanHedge(), ouThresholds()]) {
    const whole = run(pair, withExits(strategy, rules));
    const part = run(prefix(pair, 265), withExits(strategy, rules));
    for (const column of ["target", "equity", "position"] as const) {
      assert.deepEqual(whole.daily[column].slice(0, 264), part.daily[column].slice(0, 264));
    }
    assert.notDeepEqual(whole.daily.target, run(pair, strategy).daily.target, `${strategy.name} meets some rule`);
    assert.ok(whole.trades.some(({ exitReason }) => exitReason === "stop"), strategy.name);
  }
});

Deno.test("withExits() refuses rules that mean nothing, and the same rule twice", () => {
  for (const rule of ["halfLifeBoundSessions", "timeStopHalfLives", "spreadStopZ", "breakPValue"]) {
    for (const value of [0, -1, NaN]) assert.throws(() => withExits(zScoreBands(), { [rule]: value }), RangeError);
  }
  assert.throws(() => withExits(zScoreBands(), { breakPValue: 1 }), /below 1/);
  const once = withExits(zScoreBands(), { spreadStopZ: 3 });
  assert.throws(() => withExits(once, { spreadStopZ: 2 }), /has the rule spreadStopZ already/);
});
