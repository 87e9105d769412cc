import assert from "node:assert/strict";
import { expectedShortfall, valueAtRisk } from "../../../quant/performance/tail_risk.ts";
import fixture from "../fixtures/performance.json" with { type: "json" };
import { assertRelative, refusesBadReturns } from "./performance_assertions.ts";

for (const expected of fixture.metrics) {
  for (const { level, ...tail } of expected.tails) {
    Deno.test(`valueAtRisk() and expectedShortfall() equal numpy's quantile and the mean of the tail: ${expected.name}, ${level}`, () => {
      const returns = Float64Array.from(expected.returns);
      assertRelative(valueAtRisk(returns, { level }), tail.valueAtRisk);
      assertRelative(expectedShortfall(returns, { level }), tail.expectedShortfall);
    });
  }
}

Deno.test("expectedShortfall() averages exactly the share of sessions in the tail where returns tie at the quantile", () => {
  const returns = new Float64Array(1000);
  returns.fill(-0.01, 0, 40);
  // 50 sessions are the tail: 40 of them lost 1 %.
  assertRelative(expectedShortfall(returns, { level: 0.95 }), 0.008);
  assertRelative(expectedShortfall(returns, { level: 0.96 }), 0.01);
  assertRelative(expectedShortfall(returns, { level: 0.99 }), 0.01);
});

Deno.test("expectedShortfall() weights the last session of the tail by the part of it that the tail reaches", () => {
  const returns = Float64Array.of(0.03, -0.04, 0.02, -0.01);
  // 1.5 sessions: all of the worst, half of the next.
  assertRelative(expectedShortfall(returns, { level: 0.625 }), (0.04 + 0.5 * 0.01) / 1.5);
  assertRelative(expectedShortfall(returns, { level: 0.9 }), 0.04);
});

Deno.test("expectedShortfall() averages whole sessions for every level that means a whole number of them", () => {
  const returns = Float64Array.from({ length: 100 }, (_, i) => (i - 50) / 100);
  for (let worst = 1; worst < 100; worst++) {
    const level = Number((1 - worst / 100).toFixed(2));
    assertRelative(expectedShortfall(returns, { level }) + 1, 1.5 - (worst - 1) / 200);
  }
});

Deno.test("expectedShortfall() is never below valueAtRisk()", () => {
  const returns = Float64Array.of(0.01, -0.05, 0.02, -0.01, 0.03, 0.01, -0.02);
  for (let level = 0.01; level < 1; level += 0.07) {
    assert.ok(expectedShortfall(returns, { level }) >= valueAtRisk(returns, { level }));
  }
});

Deno.test("valueAtRisk() and expectedShortfall() of one or of constant returns are their loss", () => {
  for (const returns of [Float64Array.of(-0.02), new Float64Array(9).fill(-0.02)]) {
    assert.equal(valueAtRisk(returns), 0.02);
    assertRelative(expectedShortfall(returns), 0.02);
  }
  assert.equal(valueAtRisk(Float64Array.of(0)), 0);
  assert.equal(valueAtRisk(Float64Array.of(0.01)), -0.01);
});

Deno.test("valueAtRisk() leaves the order of its input alone and refuses impossible levels", () => {
  const returns = Float64Array.of(0.02, -0.01);
  valueAtRisk(returns);
  assert.deepEqual(returns, Float64Array.of(0.02, -0.01));
  for (const level of [0, 1, -0.5, 95, NaN]) assert.throws(() => valueAtRisk(returns, { level }), RangeError);
});

refusesBadReturns("valueAtRisk", valueAtRisk, 1);
refusesBadReturns("expectedShortfall", expectedShortfall, 1);
