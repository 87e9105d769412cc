import assert from "node:assert/strict";
import { prophet } from "../../../quant/forecast/mod.ts";
import { curveAt, type ProphetCurve } from "../../../quant/forecast/prophet/prophet_curve.ts";
import { fitProphet } from "../../../quant/forecast/prophet/fit_prophet.ts";
import { highestDensity } from "../../../quant/forecast/prophet/highest_density.ts";
import { nextWeekday, weekdays } from "../../../quant/forecast/prophet/weekdays.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import { testContract } from "./forecaster_contract.ts";
import { type ProphetSeries, prophetSeries } from "./prophet_series.ts";

await prophet.load();

/** A generated series with what Prophet 1.5.0 made of it: fixtures/make_prophet.py. */
interface Fitted extends ProphetSeries {
  name: string;
  last: number;
  k: number;
  m: number;
  sigma: number;
  delta: number[];
  beta: number[];
  /** Places of the changepoints among the days. */
  changepoints: number[];
  seasonalities: { yearly?: number; weekly?: number };
  /** Of every 25th day. */
  fitted: number[];
  /** Of the 30 weekdays after it. */
  forecast: number[];
  /** Largest difference between two of 17 of its fits, if the last bit of values is changed; in units of the largest value. */
  reproduced: number;
  /** Log-posterior densities up to a constant: of this fit, and the lowest of those fits; null for a constant series. */
  logPosterior: number | null;
  lowest: number | null;
  /** What has the highest density, and the distance of Prophet's fit that starts there. */
  highest: { logPosterior: number; fitted: number[]; forecast: number[]; settled: number } | null;
}

interface Case extends Fitted {
  days: number[];
  values: number[];
  scale: number;
}

const fits: readonly Fitted[] = JSON.parse(
  await Deno.readTextFile(new URL("fixtures/prophet.json", import.meta.url)),
);
const cases: readonly Case[] = fits.map((fit) => {
  const { days, values } = prophetSeries(fit);
  assert.equal(values.at(-1), fit.last, `${fit.name} is not the reference's series`);
  return { ...fit, days, values, scale: Math.max(...values.map(Math.abs)) };
});

const wave = Float64Array.from({ length: 120 }, (_, t) => 2 + t / 50 + Math.sin(t / 7) + Math.sin(5 * t) / 4);
testContract("prophet", { forecaster: prophet, window: wave, minimumLength: 15, horizon: 7 });

function pythonCurve({ scale, days, changepoints, seasonalities, k, m, delta, beta }: Case): ProphetCurve {
  const { yearly = 0, weekly = 0 } = seasonalities;
  return {
    scale,
    start: days[0]!,
    span: days.at(-1)! - days[0]!,
    changepoints: Float64Array.from(changepoints, (place) => (days[place]! - days[0]!) / (days.at(-1)! - days[0]!)),
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
    const fitted = one.days.filter((_, i) => i % 25 === 0).map((day) => curveAt(curve, day));
    assert.equal(fitted.length, one.fitted.length);
    assert.ok(difference(fitted, one.fitted, one.scale) < 1e-11, one.name);
    let day = one.days.at(-1)!;
    const ahead = one.forecast.map(() => curveAt(curve, day = nextWeekday(day)));
    assert.ok(difference(ahead, one.forecast, one.scale) < 1e-11, one.name);
  }
});

/** Largest difference from fitted values and forecasts, in units of the largest value. */
function distance(
  one: Case,
  curve: ProphetCurve,
  { fitted, forecast }: { fitted: number[]; forecast: number[] },
): number {
  const own = one.days.filter((_, i) => i % 25 === 0).map((day) => curveAt(curve, day));
  const ahead = forecast.map((_, i) => curveAt(curve, daysAfter(one.days.at(-1)!, i + 1)));
  return Math.max(difference(own, fitted, one.scale), difference(ahead, forecast, one.scale));
}

Deno.test("prophet.fit() is Prophet's within 1e-3, or within what Prophet's own fits differ by if the last bit of values changes", () => {
  let close = 0;
  for (const one of cases) {
    const { curve, sigma } = fitProphet(Float64Array.from(one.values), Float64Array.from(one.days));
    const expected = pythonCurve(one);
    assert.deepEqual(curve.seasonalities, expected.seasonalities, one.name);
    assert.equal(curve.scale, expected.scale, one.name);
    const far = distance(one, curve, one);
    assert.ok(far < Math.max(1e-3, one.reproduced), `${one.name}: ${far}, Prophet itself ${one.reproduced}`);
    if (far < 1e-3) close++;
    const { mean } = prophet.fit(Float64Array.from(one.values), { days: one.days }).predict(one.forecast.length);
    assert.deepEqual([...mean], one.forecast.map((_, i) => curveAt(curve, daysAfter(one.days.at(-1)!, i + 1))));
    if (one.highest === null) continue;
    assert.deepEqual(curve.changepoints, expected.changepoints, one.name);
    const reached = logPosterior(one, curve, sigma);
    assert.ok(reached < one.highest.logPosterior + 1e-8, `${one.name}: ${reached}`);
    assert.ok(reached > one.lowest! - 0.5, `${one.name}: ${reached}, Prophet's at least ${one.lowest}`);
  }
  // As many as of two builds of Prophet, 1.1.5 and 1.5.0.
  assert.ok(close >= 14, `${close} of ${cases.length} within 1e-3`);
});

Deno.test("prophet.fit() by the highest density is that within 1e-6, and Prophet's search finds nothing higher from there", () => {
  let checked = 0;
  for (const one of cases) {
    if (one.highest === null) continue;
    const { curve, sigma } = fitProphet(Float64Array.from(one.values), Float64Array.from(one.days), "highest");
    const far = distance(one, curve, one.highest);
    assert.ok(far < 1e-6, `${one.name}: ${far}`);
    assert.ok(one.highest.settled < 1e-3, `${one.name}: Prophet leaves for ${one.highest.settled}`);
    assert.ok(Math.abs(logPosterior(one, curve, sigma) - one.highest.logPosterior) < 1e-8, one.name);
    assert.ok(one.highest.logPosterior > one.logPosterior!, one.name);
    checked++;
  }
  assert.equal(checked, 20);
});

Deno.test("highestDensity() satisfies the conditions of a maximum, and leaves a coefficient at 0 that the data do not need", () => {
  const draw = pseudoRandom(3);
  const columns = Array.from({ length: 4 }, () => Float64Array.from({ length: 60 }, () => draw() - 0.5));
  const y = columns[0]!.map((x, t) => 2 * x - columns[1]![t]! + (draw() - 0.5) / 5);
  const [precisions, rates] = [Float64Array.of(0.5, 0, 0, 0), Float64Array.of(0, 3, 100, 100)];
  const { coefficients, sigma } = highestDensity({ columns, y, precisions, rates, noisePrecision: 4 });
  const residuals = y.map((value, t) => value - columns.reduce((sum, x, i) => sum + coefficients[i]! * x[t]!, 0));
  const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0);
  assert.ok(Math.abs(-60 / sigma + squares / sigma ** 3 - 4 * sigma) < 1e-6);
  columns.forEach((x, i) => {
    const force = x.reduce((sum, value, t) => sum + value * residuals[t]!, 0) / sigma ** 2 -
      precisions[i]! * coefficients[i]!;
    if (coefficients[i] === 0) assert.ok(Math.abs(force) <= rates[i]! + 1e-6, `coefficient ${i}: ${force}`);
    else assert.ok(Math.abs(force - rates[i]! * Math.sign(coefficients[i]!)) < 1e-6, `coefficient ${i}: ${force}`);
  });
  assert.deepEqual([...coefficients.slice(2)], [0, 0]);
  const twice = [columns[0]!, columns[0]!];
  assert.throws(
    () =>
      highestDensity({
        columns: twice,
        y,
        precisions: new Float64Array(2),
        rates: new Float64Array(2),
        noisePrecision: 4,
      }),
    { name: "RangeError", message: /not determined/ },
  );
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
