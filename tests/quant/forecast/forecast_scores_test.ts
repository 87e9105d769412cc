import assert from "node:assert/strict";
import {
  dieboldMariano,
  type DieboldMarianoResult,
  directionalAccuracy,
  forecastScores,
} from "../../../quant/forecast/mod.ts";
import { studentTTwoSided } from "../../../quant/forecast/student_t_distribution.ts";
import { assertRefusesNonFinite, assertRelative } from "../../support/time_series_fixture.ts";

interface ScoreFixture {
  cases: {
    horizon: number;
    actual: number[];
    forecast: number[];
    origin: number[];
    mse: number;
    mae: number;
    baselineMse: number;
    baselineMae: number;
    accuracy: number;
    squared: ExpectedTest;
    absolute: ExpectedTest;
  }[];
  tails: [number, number, number][];
}

type ExpectedTest =
  & Pick<DieboldMarianoResult, "statistic" | "meanDifference" | "kernel">
  & Record<"different" | "better" | "worse", number>;

/** `make_scores.py` beside it says where each number comes from. */
const fixture: ScoreFixture = JSON.parse(Deno.readTextFileSync(new URL("./fixtures/scores.json", import.meta.url)));

Deno.test("forecastScores() equals numpy's errors beside the baseline's", () => {
  for (const golden of fixture.cases) {
    const scores = forecastScores({
      actual: Float64Array.from(golden.actual),
      forecast: Float64Array.from(golden.forecast),
      origin: Float64Array.from(golden.origin),
      horizon: golden.horizon,
    });
    for (const score of ["mse", "mae", "baselineMse", "baselineMae"] as const) {
      assertRelative(scores[score], golden[score], 1e-12, score);
    }
    assertRelative(scores.direction.accuracy, golden.accuracy, 1e-15, "accuracy");
    assertRelative(scores.dieboldMariano.statistic, golden.squared.statistic, 1e-9, "statistic");
    assert.equal(scores.count, golden.actual.length);
  }
});

Deno.test("dieboldMariano() equals statsmodels' HAC regression with the small-sample correction", () => {
  const kernels = new Set<string>();
  for (const { horizon, actual, forecast, origin, ...golden } of fixture.cases) {
    const errors = Float64Array.from(actual, (value, t) => value - forecast[t]!);
    const baseline = Float64Array.from(actual, (value, t) => value - origin[t]!);
    for (const loss of ["squared", "absolute"] as const) {
      for (const alternative of ["different", "better", "worse"] as const) {
        const result = dieboldMariano(errors, baseline, { horizon, loss, alternative });
        assertRelative(result.statistic, golden[loss].statistic, 1e-9, `statistic ${horizon} ${loss}`);
        assertRelative(result.pValue, golden[loss][alternative], 1e-8, `p-value ${horizon} ${loss} ${alternative}`);
        assertRelative(result.meanDifference, golden[loss].meanDifference, 1e-9, "mean difference");
        assert.equal(result.kernel, golden[loss].kernel);
        kernels.add(result.kernel);
      }
    }
  }
  assert.deepEqual([...kernels].sort(), ["bartlett", "rectangular"]);
});

Deno.test("dieboldMariano() turns its sign when model and baseline change places", () => {
  const { actual, forecast, origin } = fixture.cases[0]!;
  const errors = Float64Array.from(actual, (value, t) => value - forecast[t]!);
  const baseline = Float64Array.from(actual, (value, t) => value - origin[t]!);
  const there = dieboldMariano(errors, baseline);
  const back = dieboldMariano(baseline, errors);
  assert.equal(back.statistic, -there.statistic);
  assert.equal(back.pValue, there.pValue);
});

Deno.test("dieboldMariano() finds no difference between equal errors, and certainty where it never varies", () => {
  const ones = new Float64Array(20).fill(1);
  const same = dieboldMariano(ones, ones.map((value) => -value), { horizon: 4 });
  assert.deepEqual([same.statistic, same.pValue, same.kernel], [0, 1, "rectangular"]);
  const halves = ones.map(() => 0.5);
  const sure = dieboldMariano(halves, ones);
  assert.deepEqual([sure.statistic, sure.pValue], [-Infinity, 0]);
});

Deno.test("dieboldMariano() refuses incomparable errors", () => {
  const errors = Float64Array.of(1, 2, 3, 4, 5);
  assert.throws(() => dieboldMariano(errors, errors.subarray(1)), /same length/);
  assert.throws(() => dieboldMariano(errors, errors, { horizon: 5 }), /at least 6 values, got 5/);
  for (const horizon of [0, 1.5, NaN]) assert.throws(() => dieboldMariano(errors, errors, { horizon }), /horizon/);
  assertRefusesNonFinite((value) => dieboldMariano(errors.with(1, value), errors));
  assertRefusesNonFinite((value) => dieboldMariano(errors, errors.with(1, value)));
});

Deno.test("directionalAccuracy() counts no change as a direction of its own", () => {
  const origin = Float64Array.of(1, 1, 1, 1, 1);
  const actual = Float64Array.of(2, 0, 1, 2, 1);
  const forecast = Float64Array.of(3, 2, 1, 1, 0);
  assert.deepEqual(directionalAccuracy(actual, forecast, origin), {
    accuracy: 2 / 5,
    accuracyOfCalls: 1 / 3,
    calls: 3,
    right: 2,
    rightCalls: 1,
  });
  const abstaining = directionalAccuracy(actual, origin, origin);
  assert.deepEqual([abstaining.accuracy, abstaining.accuracyOfCalls, abstaining.calls], [2 / 5, NaN, 0]);
  assert.throws(() => directionalAccuracy(origin, origin, origin.subarray(1)), /same length/);
  assert.throws(() => directionalAccuracy(new Float64Array(0), new Float64Array(0), new Float64Array(0)), /at least 1/);
});

Deno.test("studentTTwoSided() equals scipy's tails", () => {
  for (const [statistic, degreesOfFreedom, expected] of fixture.tails) {
    assertRelative(
      studentTTwoSided(statistic, degreesOfFreedom),
      expected,
      1e-11,
      `t ${statistic}, ${degreesOfFreedom}`,
    );
  }
  assert.deepEqual([studentTTwoSided(0, 5), studentTTwoSided(-Infinity, 5)], [1, 0]);
  assert.throws(() => studentTTwoSided(NaN, 5), RangeError);
  assert.throws(() => studentTTwoSided(1, 0), /degreesOfFreedom/);
});
