import assert from "node:assert/strict";
import { mackinnonCriticalValues, mackinnonPValue } from "../../quant/mackinnon.ts";
import { assertWithin, timeSeries } from "../support/time_series_fixture.ts";

Deno.test("mackinnonPValue() equals statsmodels for every regression and one to six variables", () => {
  for (const [regression, variables, statistic, expected] of timeSeries.mackinnonPValue) {
    const what = `${regression}, ${variables} variables, ${statistic}`;
    assertWithin(mackinnonPValue(statistic, { regression, variables }), expected, 1e-15, what);
  }
});

Deno.test("mackinnonCriticalValues() equals statsmodels for every regression, number of variables and sample size", () => {
  for (const [regression, variables, nobs, expected] of timeSeries.mackinnonCriticalValues) {
    const values = mackinnonCriticalValues({ regression, variables, nobs: nobs ?? undefined });
    assertWithin(values["1%"], expected[0]!, 1e-13, `${regression} ${variables} ${nobs} 1 %`);
    assertWithin(values["5%"], expected[1]!, 1e-13, `${regression} ${variables} ${nobs} 5 %`);
    assertWithin(values["10%"], expected[2]!, 1e-13, `${regression} ${variables} ${nobs} 10 %`);
  }
});

Deno.test("mackinnonPValue() is 0 and 1 at the infinities, whatever the regression", () => {
  for (const regression of ["n", "c", "ct", "ctt"] as const) {
    assert.equal(mackinnonPValue(-Infinity, { regression }), 0);
    assert.equal(mackinnonPValue(Infinity, { regression }), 1);
  }
});

Deno.test("mackinnonPValue() refuses NaN and numbers of variables without a surface", () => {
  assert.throws(() => mackinnonPValue(NaN), RangeError);
  for (const variables of [0, 7, 1.5, NaN]) assert.throws(() => mackinnonPValue(-3, { variables }), RangeError);
});

Deno.test("mackinnonCriticalValues() refuses cases that were never simulated", () => {
  assert.throws(() => mackinnonCriticalValues({ regression: "n", variables: 2 }), /1 to 1 variables, got 2/);
  assert.throws(() => mackinnonCriticalValues({ variables: 13 }), RangeError);
  for (const nobs of [0, -5, NaN]) assert.throws(() => mackinnonCriticalValues({ nobs }), RangeError);
});

Deno.test("mackinnonPValue() refuses a regression it does not know", () => {
  assert.throws(() => mackinnonPValue(-3, { regression: "nc" as "n" }), /regression must be one of/);
  assert.throws(() => mackinnonCriticalValues({ regression: "nc" as "n" }), /regression must be one of/);
});
