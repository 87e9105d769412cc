import assert from "node:assert/strict";
import { hitRate, profitFactor } from "../../../quant/performance/trade_outcomes.ts";
import fixture from "../fixtures/performance.json" with { type: "json" };
import { assertRelative, refusesBadReturns } from "./performance_assertions.ts";

for (const expected of fixture.metrics) {
  Deno.test(`hitRate() and profitFactor() equal 50-digit values: ${expected.name}`, () => {
    const returns = Float64Array.from(expected.returns);
    assertRelative(hitRate(returns), expected.hitRate);
    assertRelative(profitFactor(returns), expected.profitFactor);
  });
}

Deno.test("hitRate() does not count outcomes of 0 and is 0 where nothing was decided", () => {
  assert.equal(hitRate(Float64Array.of(1, 0, 0, -1)), 0.5);
  assert.equal(hitRate(new Float64Array(3)), 0);
  assert.equal(hitRate(new Float64Array(0)), 0);
  assert.equal(hitRate(Float64Array.of(2)), 1);
});

Deno.test("profitFactor() is infinite without losses and 0 without gains", () => {
  assert.equal(profitFactor(Float64Array.of(1, 2)), Infinity);
  assert.equal(profitFactor(Float64Array.of(-1)), 0);
  assert.equal(profitFactor(new Float64Array(3)), 0);
  assert.equal(profitFactor(new Float64Array(0)), 0);
});

refusesBadReturns("hitRate", hitRate, 0);
refusesBadReturns("profitFactor", profitFactor, 0);
