import assert from "node:assert/strict";
import fc from "fast-check";
import { engleGranger } from "../../quant/engle_granger.ts";
import { linearRegression } from "../../quant/linear_regression.ts";
import { assertRefusesNonFinite, assertWithin, generatedPair, timeSeries } from "../support/time_series_fixture.ts";

const AUTOLAG = { aic: "AIC", bic: "BIC", none: "none" } as const;

Deno.test("engleGranger() equals statsmodels for either leg first, every trend and criterion", () => {
  for (const golden of timeSeries.engleGranger) {
    const { trend, maxLag, pair, first } = golden;
    const { x, y } = generatedPair(pair);
    const what = `${pair}, ${first} first, ${trend}, ${golden.autolag}`;
    const options = { trend, maxLag: maxLag ?? undefined, autolag: AUTOLAG[golden.autolag] };
    const result = first === "y" ? engleGranger(y, x, options) : engleGranger(x, y, options);
    assertWithin(
      result.statistic,
      golden.statistic === "-inf" ? -Infinity : golden.statistic,
      1e-9,
      `${what} statistic`,
    );
    assertWithin(result.pValue, golden.pValue, 1e-9, `${what} p-value`);
    if (golden.criticalValues === null) assert.equal(result.criticalValues, null);
    else {
      for (const level of ["1%", "5%", "10%"] as const) {
        assertWithin(result.criticalValues![level], golden.criticalValues[level], 1e-12, `${what} ${level}`);
      }
    }
  }
});

Deno.test("engleGranger() equals 50-digit arithmetic at prices of 1e-4 and 1e6", () => {
  for (const golden of timeSeries.pairsHard) {
    const { x, y } = generatedPair(golden.pair);
    const result = engleGranger(y, x);
    if (1 - golden.rSquared < 1.49e-6) {
      assert.deepEqual([result.statistic, result.pValue, result.usedLag], [-Infinity, 0, null], golden.pair);
    } else {
      assertWithin(result.statistic, golden.engleGrangerStatistic, 1e-9, `${golden.pair} statistic`);
      assert.equal(result.usedLag, golden.engleGrangerLag, `${golden.pair} lag`);
    }
  }
});

Deno.test("engleGranger() reports the hedge ratio and intercept of its cointegrating regression", () => {
  const { x, y } = generatedPair("cointegrated");
  const { slope, intercept } = linearRegression(x, y);
  const { hedgeRatio, intercept: constant } = engleGranger(y, x);
  assert.deepEqual([hedgeRatio, constant], [slope, intercept]);
  assert.equal(engleGranger(y, x, { trend: "n" }).intercept, 0);

  // A leg made of x and time gives its own coefficients back, over t = 1 … n.
  const linear = x.map((price, i) => 7 + 0.5 * price + 0.2 * (i + 1));
  const quadratic = linear.map((value, i) => value + 0.003 * (i + 1) ** 2);
  for (const result of [engleGranger(linear, x, { trend: "ct" }), engleGranger(quadratic, x, { trend: "ctt" })]) {
    assertWithin(result.hedgeRatio, 0.5, 1e-12, "hedge ratio");
    assertWithin(result.intercept, 7, 1e-10, "intercept");
  }
});

Deno.test("engleGranger() gives −∞ and p-value 0 for collinear legs, without a residual regression", () => {
  const { x } = generatedPair("cointegrated");
  for (const trend of ["n", "c", "ct", "ctt"] as const) {
    const result = engleGranger(x.map((price) => 2 * price), x, { trend });
    assert.deepEqual([result.statistic, result.pValue, result.usedLag], [-Infinity, 0, null], trend);
    assertWithin(result.hedgeRatio, 2, 1e-12, "hedge ratio");
  }
});

Deno.test("engleGranger() refuses legs without a test", () => {
  const { x, y } = generatedPair("short");
  const flat = new Float64Array(x.length).fill(3.3);
  assert.throws(() => engleGranger(flat, x), /y is constant/);
  assert.throws(() => engleGranger(y, flat), /x is constant/);
  assert.throws(() => engleGranger(y, x.subarray(1)), /same length/);
  assert.throws(() => engleGranger(new Float64Array(0), new Float64Array(0)), /at least 4 values, got 0/);
  const line = Float64Array.from(x, (_, t) => 3 + 2 * t);
  assert.throws(() => engleGranger(y, line, { trend: "ct" }), /nothing but the deterministic trend/);
  assertRefusesNonFinite((value) => engleGranger(y.with(3, value), x));
  assertRefusesNonFinite((value) => engleGranger(y, x.with(3, value)));
});

Deno.test("engleGranger() leaves the p-value alone when a leg is moved or scaled", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("cointegrated", "slow", "independent", "opposite"),
      fc.constantFrom("c" as const, "ct" as const),
      fc.double({ min: -1000, max: 1000, noNaN: true }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      (name, trend, shift, factor) => {
        const { x, y } = generatedPair(name);
        const plain = engleGranger(y, x, { trend });
        for (
          const moved of [
            engleGranger(y.map((price) => factor * price + shift), x, { trend }),
            engleGranger(y, x.map((price) => factor * price + shift), { trend }),
          ]
        ) {
          assert.equal(moved.usedLag, plain.usedLag);
          assertWithin(moved.pValue, plain.pValue, 1e-9, "p-value");
        }
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("engleGranger() refuses a trend it does not know", () => {
  const { x, y } = generatedPair("short");
  assert.throws(() => engleGranger(y, x, { trend: "t" as "c" }), /trend must be one of/);
});
