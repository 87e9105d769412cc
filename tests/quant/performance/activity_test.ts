import assert from "node:assert/strict";
import { exposure, turnover } from "../../../quant/performance/activity.ts";

const legs = [Float64Array.of(0, 1, 1, 0), Float64Array.of(0, -0.5, -0.5, 0)];

Deno.test("turnover() counts entries and exits of every leg and turns them into a year", () => {
  assert.equal(turnover(legs, { sessionsPerYear: 4 }), 3);
  assert.equal(turnover(legs), 3 / 4 * 252);
});

Deno.test("turnover() counts the first session's holdings and a reversal twice", () => {
  assert.equal(turnover([Float64Array.of(1)], { sessionsPerYear: 1 }), 1);
  assert.equal(turnover([Float64Array.of(1, -1)], { sessionsPerYear: 2 }), 3);
  assert.equal(turnover([new Float64Array(5)]), 0);
});

Deno.test("exposure() reports time in the market, gross, net and highest gross", () => {
  assert.deepEqual(exposure(legs), { timeInMarket: 0.5, gross: 0.75, net: 0.25, maxGross: 1.5 });
  assert.deepEqual(exposure([new Float64Array(3)]), { timeInMarket: 0, gross: 0, net: 0, maxGross: 0 });
});

Deno.test("turnover() and exposure() refuse missing, unequal and infinite weights", () => {
  for (const metric of [turnover, exposure]) {
    assert.throws(() => metric([]), RangeError);
    assert.throws(() => metric([new Float64Array(0)]), RangeError);
    assert.throws(() => metric([Float64Array.of(1), Float64Array.of(1, 2)]), RangeError);
    for (const bad of [NaN, Infinity, -Infinity]) assert.throws(() => metric([Float64Array.of(bad)]), RangeError);
  }
  assert.throws(() => turnover(legs, { sessionsPerYear: -1 }), RangeError);
});
