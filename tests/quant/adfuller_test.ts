import assert from "node:assert/strict";
import fc from "fast-check";
import { adfuller } from "../../quant/adfuller.ts";
import {
  assertRefusesNonFinite,
  assertRelative,
  assertWithin,
  generatedSeries,
  timeSeries,
} from "../support/time_series_fixture.ts";

const REGRESSIONS = ["n", "c", "ct", "ctt"] as const;

Deno.test("adfuller() equals statsmodels for every regression, criterion and lag bound", () => {
  for (const golden of timeSeries.adfuller) {
    const { regression, autolag, maxLag } = golden;
    const what = `${golden.series}, ${regression}, ${autolag}, maxLag ${maxLag}`;
    const result = adfuller(generatedSeries(golden.series), { regression, autolag, maxLag: maxLag ?? undefined });
    assert.equal(result.usedLag, golden.usedLag, `${what} lag`);
    assert.equal(result.nobs, golden.nobs, `${what} nobs`);
    assertWithin(result.statistic, golden.statistic, 1e-9, `${what} statistic`);
    assertWithin(result.pValue, golden.pValue, 1e-9, `${what} p-value`);
    for (const level of ["1%", "5%", "10%"] as const) {
      assertWithin(result.criticalValues[level], golden.criticalValues[level], 1e-12, `${what} ${level}`);
    }
    if (golden.icBest === null) assert.equal(result.icBest, null, what);
    else {assertRelative(
        result.icBest!,
        golden.icBest === "-inf" ? -Infinity : golden.icBest,
        1e-10,
        `${what} criterion`,
      );}
  }
});

Deno.test("adfuller() equals 50-digit arithmetic where prices are 1e6 with moves of 1e-3, or 1e-4 with moves of 1e-6", () => {
  for (const { series, regression, autolag, ...golden } of timeSeries.adfullerHard) {
    const what = `${series}, ${regression}, ${autolag}`;
    const result = adfuller(generatedSeries(series), { regression, autolag });
    assert.equal(result.usedLag, golden.usedLag, `${what} lag`);
    assertWithin(result.statistic, golden.statistic, 1e-12, `${what} statistic`);
    assertRelative(result.icBest!, golden.icBest, 1e-12, `${what} criterion`);
  }
});

Deno.test("adfuller() skips lags that bring nothing new", () => {
  // The differences one and more sessions back are all zero in the rows of the search.
  const series = new Float64Array(100);
  series.set([1, 2, 1.5], 0);
  const result = adfuller(series);
  assert.deepEqual([result.usedLag, result.icBest], [0, -Infinity]);
  assert.ok(result.statistic < 0);
});

Deno.test("adfuller() considers no lag without a residual degree of freedom", () => {
  for (const n of [4, 12, 20]) {
    const { usedLag, icBest, statistic } = adfuller(generatedSeries("walk").slice(0, n), { regression: "n" });
    assert.ok(usedLag < n / 2 - 1 && Number.isFinite(icBest) && statistic !== 0, `n = ${n}, lag ${usedLag}`);
  }
});

Deno.test("adfuller() refuses series without a test", () => {
  const flat = new Float64Array(50).fill(0.1);
  for (const regression of REGRESSIONS) {
    assert.throws(() => adfuller(flat, { regression }), /series is constant/);
    assert.throws(() => adfuller(new Float64Array(0), { regression }), RangeError);
  }
  const line = Float64Array.from({ length: 60 }, (_, t) => 5 + 0.1 * t);
  const cycle = Float64Array.from({ length: 60 }, (_, t) => t % 2);
  for (const series of [line, cycle]) assert.throws(() => adfuller(series), /degenerate/);
  const three = Float64Array.of(1, 3, 2);
  assert.throws(() => adfuller(three), /too short/);
  assert.throws(() => adfuller(Float64Array.of(1, 3, 2, 4, 1), { regression: "ct" }), /too short/);
  assertRefusesNonFinite((value) => adfuller(Float64Array.of(1, 3, 2, value, 1, 5, 2, 3)));
});

Deno.test("adfuller() refuses a lag bound that the series cannot carry", () => {
  const series = generatedSeries("short_25");
  assert.equal(adfuller(series, { maxLag: 10, autolag: "none" }).usedLag, 10);
  for (const maxLag of [11, -1, 1.5, NaN]) {
    assert.throws(() => adfuller(series, { maxLag }), /maxLag must be an integer/);
  }
});

Deno.test("adfuller() does not depend on the level or the unit of the series", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 30, max: 300 }),
      fc.double({ min: -100, max: 100, noNaN: true }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      fc.constantFrom("c" as const, "ct" as const, "ctt" as const),
      (from, length, shift, factor, regression) => {
        const series = generatedSeries("walk_918").slice(from, from + length);
        const plain = adfuller(series, { regression });
        const moved = adfuller(series.map((value) => factor * value + shift), { regression });
        assert.equal(moved.usedLag, plain.usedLag);
        assertWithin(moved.statistic, plain.statistic, 1e-8, "statistic");
        assertWithin(moved.pValue, plain.pValue, 1e-8, "p-value");
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("adfuller() gives the same bits in a unit that differs by a power of two or a sign", () => {
  const series = generatedSeries("walk");
  const plain = adfuller(series);
  for (const factor of [2 ** -40, 2 ** 40]) {
    const { statistic, usedLag } = adfuller(series.map((value) => factor * value));
    assert.deepEqual([statistic, usedLag], [plain.statistic, plain.usedLag]);
  }
  assert.equal(adfuller(series.map((value) => -value)).statistic, plain.statistic);
});

Deno.test("adfuller() refuses options it does not know instead of taking them for another", () => {
  const series = generatedSeries("short_25");
  assert.throws(() => adfuller(series, { autolag: "aic" as "AIC" }), /autolag must be one of AIC, BIC, none, got aic/);
  assert.throws(() => adfuller(series, { regression: "nc" as "n" }), /regression must be one of n, c, ct, ctt, got nc/);
});
