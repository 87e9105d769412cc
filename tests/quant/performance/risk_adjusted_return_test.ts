import assert from "node:assert/strict";
import { compoundEquity } from "../../../quant/performance/growth.ts";
import { calmarRatio, sharpeRatio, sortinoRatio, volatility } from "../../../quant/performance/risk_adjusted_return.ts";
import fixture from "../fixtures/performance.json" with { type: "json" };
import { assertRelative, refusesBadEquity, refusesBadReturns } from "./performance_assertions.ts";

for (const expected of fixture.metrics) {
  Deno.test(`volatility(), sharpeRatio(), sortinoRatio() and calmarRatio() equal 50-digit values: ${expected.name}`, () => {
    const returns = Float64Array.from(expected.returns);
    const { cashReturnPerSession } = expected;
    assertRelative(volatility(returns), expected.volatility);
    assertRelative(sharpeRatio(returns, { cashReturnPerSession }), expected.sharpeRatio);
    assertRelative(sortinoRatio(returns, { cashReturnPerSession }), expected.sortinoRatio);
    assertRelative(calmarRatio(compoundEquity(returns)), expected.calmarRatio);
  });
}

Deno.test("sharpeRatio() does not depend on leverage and scales with the root of sessions a year", () => {
  const returns = Float64Array.of(0.01, -0.02, 0.03, 0.005);
  assertRelative(sharpeRatio(returns.map((value) => 3 * value)), sharpeRatio(returns));
  assertRelative(sharpeRatio(returns, { sessionsPerYear: 1008 }), 2 * sharpeRatio(returns));
});

Deno.test("sharpeRatio() of constant returns is 0 or infinite by its sign, whatever their mean rounds to", () => {
  const constant = new Float64Array(7).fill(0.1);
  assert.equal(volatility(constant), 0);
  assert.equal(sharpeRatio(constant), Infinity);
  assert.equal(sharpeRatio(constant, { cashReturnPerSession: 0.2 }), -Infinity);
  assert.equal(sharpeRatio(constant, { cashReturnPerSession: 0.1 }), 0);
  assert.equal(sharpeRatio(new Float64Array(5)), 0);
});

Deno.test("sortinoRatio() without shortfalls is 0 or infinite", () => {
  assert.equal(sortinoRatio(Float64Array.of(0, 0.01)), Infinity);
  assert.equal(sortinoRatio(new Float64Array(3)), 0);
});

Deno.test("calmarRatio() without a drawdown is 0 or infinite", () => {
  assert.equal(calmarRatio(Float64Array.of(1, 2)), Infinity);
  assert.equal(calmarRatio(Float64Array.of(1, 1, 1)), 0);
  assert.equal(calmarRatio(Float64Array.of(1)), 0);
});

Deno.test("sharpeRatio() refuses options out of range", () => {
  const returns = Float64Array.of(0.01, 0.02);
  for (const sessionsPerYear of [0, -252, NaN, Infinity]) {
    for (const metric of [volatility, sharpeRatio, sortinoRatio]) {
      assert.throws(() => metric(returns, { sessionsPerYear }), RangeError);
    }
    assert.throws(() => calmarRatio(Float64Array.of(1, 2), { sessionsPerYear }), RangeError);
  }
  assert.throws(() => sharpeRatio(returns, { cashReturnPerSession: NaN }), RangeError);
});

refusesBadReturns("volatility", volatility, 2);
refusesBadReturns("sharpeRatio", sharpeRatio, 2);
refusesBadReturns("sortinoRatio", sortinoRatio, 2);
refusesBadEquity("calmarRatio", calmarRatio);

Deno.test("sharpeRatio(), sortinoRatio() and volatility() hold for returns whose squares leave the range of doubles", () => {
  const returns = Float64Array.of(0.02, -0.01, 0.005, 0.03, -0.02);
  for (const unit of [2 ** 990, 2 ** -990]) {
    const scaled = returns.map((value) => value * unit);
    assertRelative(sharpeRatio(scaled), sharpeRatio(returns));
    assertRelative(sortinoRatio(scaled), sortinoRatio(returns));
    assertRelative(volatility(scaled) / unit, volatility(returns));
  }
});
