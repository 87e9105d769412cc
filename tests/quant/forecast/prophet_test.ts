import assert from "node:assert/strict";
import { prophet } from "../../../quant/forecast/mod.ts";
import { curveAt, type ProphetCurve } from "../../../quant/forecast/prophet/prophet_curve.ts";
import { fitProphet } from "../../../quant/forecast/prophet/fit_prophet.ts";
import { nextWeekday, weekdays } from "../../../quant/forecast/prophet/weekdays.ts";
import { testContract } from "./forecaster_contract.ts";

await prophet.load();

/** A series with what Prophet 1.1.5 made of it: fixtures/make_prophet.py. */
interface Case {
  name: string;
  days: number[];
  values: number[];
  k: number;
  m: number;
  sigma: number;
  delta: number[];
  beta: number[];
  changepoints: number[];
  scale: number;
  seasonalities: { yearly?: number; weekly?: number };
  logPosterior: number | null;
  fitted: number[];
  /** Of the 30 weekdays after it. */
  forecast: number[];
}

const cases: readonly Case[] = JSON.parse(
  await Deno.readTextFile(new URL("fixtures/prophet.json", import.meta.url)),
);

const wave = Float64Array.from({ length: 120 }, (_, t) => 2 + t / 50 + Math.sin(t / 7) + Math.sin(5 * t) / 4);
testContract("prophet", { forecaster: prophet, window: wave, minimumLength: 15, horizon: 7 });

function pythonCurve({ scale, days, changepoints, seasonalities, k, m, delta, beta }: Case): ProphetCurve {
  const { yearly = 0, weekly = 0 } = seasonalities;
  return {
    scale,
    start: days[0]!,
    span: days.at(-1)! - days[0]!,
    changepoints: Float64Array.from(changepoints),
    seasonalities: [
      ...yearly > 0 ? [{ period: 365.25, order: yearly }] : [],
      ...weekly > 0 ? [{ period: 7, order: weekly }] : [],
    ],
    k,
    m,
    delta: Float64Array.from(delta),
    beta: Float64Array.from(beta),
  };
}

/** The largest difference, in units of the largest absolute value. */
function difference(found: ArrayLike<number>, expected: readonly number[], scale: number): number {
  return Math.max(...expected.map((value, i) => Math.abs(value - found[i]!))) / scale;
}

/** Up to a constant; see fixtures/make_prophet.py. */
function logPosterior({ values, days }: Case, curve: ProphetCurve, sigma: number): number {
  const squares = (of: ArrayLike<number>) => Array.from(of).reduce((sum, value) => sum + value * value, 0);
  const residuals = values.map((value, i) => (value - curveAt(curve, days[i]!)) / curve.scale);
  const changes = curve.delta.reduce((sum, change) => sum + Math.abs(change), 0);
  return -values.length * Math.log(sigma) - squares(residuals) / (2 * sigma ** 2) -
    (curve.k ** 2 + curve.m ** 2) / 50 - changes / 0.05 - 2 * sigma ** 2 - squares(curve.beta) / 200;
}

Deno.test("curveAt() with Prophet's parameters gives Prophet's values, fitted and ahead, within 1e-11", () => {
  for (const one of cases) {
    const curve = pythonCurve(one);
    const fitted = one.days.map((day) => curveAt(curve, day));
    assert.ok(difference(fitted, one.fitted, one.scale) < 1e-11, one.name);
    let day = one.days.at(-1)!;
    const ahead = one.forecast.map(() => curveAt(curve, day = nextWeekday(day)));
    assert.ok(difference(ahead, one.forecast, one.scale) < 1e-11, one.name);
  }
});

/*
 * Stan's L-BFGS ends where rounding lets it, often before the highest density: two builds of it end at different places. Below 100 values
 * Prophet searches by Newton's method.
 */
const within: Readonly<Record<string, number>> = {
  "a trend with a kink": 6e-3,
  "a spread, half-life 20, gaps": 6e-3,
  "a short series": 2e-3,
};

Deno.test("prophet.fit() has Prophet's changepoints, seasonalities and density, and forecasts within 1e-3 where its search ended", () => {
  for (const one of cases) {
    const { curve, sigma } = fitProphet(Float64Array.from(one.values), Float64Array.from(one.days));
    const expected = pythonCurve(one);
    assert.deepEqual(curve.seasonalities, expected.seasonalities, one.name);
    assert.equal(curve.scale, expected.scale, one.name);
    if (one.logPosterior !== null) {
      assert.ok(difference(curve.changepoints, one.changepoints, 1) < 1e-12, one.name);
      const reached = logPosterior(one, curve, sigma);
      assert.ok(reached > one.logPosterior - 0.02, `${one.name}: ${reached} of ${one.logPosterior}`);
      assert.ok(Math.abs(sigma / one.sigma - 1) < 6e-3, one.name);
    }
    const model = prophet.fit(Float64Array.from(one.values), { days: one.days });
    const { mean } = model.predict(one.forecast.length);
    const far = difference(mean, one.forecast, one.scale);
    assert.ok(far < (within[one.name] ?? 1e-3), `${one.name}: ${far}`);
    assert.deepEqual([...mean], one.forecast.map((_, i) => curveAt(curve, daysAfter(one.days.at(-1)!, i + 1))));
  }
});

function daysAfter(day: number, count: number): number {
  for (let i = 0; i < count; i++) day = nextWeekday(day);
  return day;
}

Deno.test("a forecast of prophet is of its day: updating moves the day, a value changes nothing", () => {
  const { days, values } = cases.find(({ name }) => name === "noise with gaps")!;
  const model = prophet.fit(Float64Array.from(values), { days });
  const six = [...model.predict(6).mean];
  assert.deepEqual([...model.update(1).update(-5).predict(4).mean], six.slice(2));
  const later = days.at(-1)! + 14;
  assert.deepEqual([...model.update(0, later).predict(1).mean], [...model.predict(11).mean.slice(-1)]);
  for (const day of [days.at(-1)!, NaN, Infinity]) assert.throws(() => model.update(0, day), /day must come after/);
});

Deno.test("deviations of prophet grow by the changes of trend that may come, in proportion to the square root of 2 S λ² τ³ / 3", () => {
  const { days, values, scale } = cases.find(({ name }) => name === "a trend with a kink")!;
  const model = prophet.fit(Float64Array.from(values), { days });
  const { curve, sigma } = fitProphet(Float64Array.from(values), Float64Array.from(days));
  const { standardDeviation } = model.predict(250);
  const size = curve.delta.reduce((sum, change) => sum + Math.abs(change), 0) / 25;
  const tau = (daysAfter(days.at(-1)!, 250) - days.at(-1)!) / curve.span;
  const expected = scale * Math.sqrt(sigma ** 2 + 25 * 2 * size ** 2 * tau ** 3 / 3);
  assert.ok(Math.abs(standardDeviation[249]! / expected - 1) < 1e-12);
  assert.ok(standardDeviation[0]! / (scale * sigma) < 1.001 && standardDeviation[249]! > 1.05 * standardDeviation[0]!);
});

Deno.test("prophet refuses days that do not ascend or are not one a value", () => {
  const window = wave.slice(0, 20);
  const days = [...weekdays(20)];
  assert.doesNotThrow(() => prophet.fit(window, { days }));
  for (const wrong of [days.slice(1), days.with(3, days[2]!), days.with(3, NaN), days.toReversed()]) {
    assert.throws(() => prophet.fit(window, { days: wrong }), { name: "RangeError", message: /^days must/ });
  }
});

Deno.test("weekdays() and nextWeekday() leave Saturdays and Sundays out", () => {
  const dates = Array.from(weekdays(7), (day) => new Date(day * 86_400_000).toISOString().slice(0, 10));
  assert.deepEqual(dates, [
    "1970-01-05",
    "1970-01-06",
    "1970-01-07",
    "1970-01-08",
    "1970-01-09",
    "1970-01-12",
    "1970-01-13",
  ]);
  const after = (date: string) =>
    new Date(nextWeekday(Date.parse(date) / 86_400_000) * 86_400_000).toISOString().slice(0, 10);
  assert.deepEqual(["2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29", "1969-12-31"].map(after), [
    "2026-11-27",
    "2026-11-30",
    "2026-11-30",
    "2026-11-30",
    "1970-01-01",
  ]);
});
