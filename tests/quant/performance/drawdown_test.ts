import assert from "node:assert/strict";
import {
  deepestDrawdown,
  drawdownPeriods,
  drawdowns,
  longestDrawdownDuration,
  maxDrawdown,
  maxDrawdownDuration,
} from "../../../quant/performance/drawdown.ts";
import { compoundEquity } from "../../../quant/performance/growth.ts";
import fixture from "../fixtures/performance.json" with { type: "json" };
import { assertRelative, refusesBadEquity } from "./performance_assertions.ts";

for (const expected of fixture.metrics) {
  Deno.test(`maxDrawdown() equals the 50-digit value: ${expected.name}`, () => {
    assertRelative(maxDrawdown(compoundEquity(Float64Array.from(expected.returns))), expected.maxDrawdown);
  });
}

// Falls by a quarter from index 2, recovers at 5; then stays a tenth below for the last four sessions.
const equity = Float64Array.of(100, 90, 120, 90, 100, 120, 108, 108, 110, 115);

Deno.test("drawdowns() measures from the highest equity so far", () => {
  assert.deepEqual(drawdowns(Float64Array.of(100, 75, 200, 100)), Float64Array.of(0, -0.25, 0, -0.5));
});

Deno.test("drawdownPeriods() reports each fall from its peak to its recovery, the last one open", () => {
  const periods = drawdownPeriods(equity).map(({ depth, ...period }) => ({ depth: depth.toFixed(6), ...period }));
  assert.deepEqual(periods, [
    { depth: "-0.100000", peakIndex: 0, troughIndex: 1, recoveryIndex: 2, durationSessions: 2 },
    { depth: "-0.250000", peakIndex: 2, troughIndex: 3, recoveryIndex: 5, durationSessions: 3 },
    { depth: "-0.100000", peakIndex: 5, troughIndex: 6, recoveryIndex: null, durationSessions: 4 },
  ]);
  assert.deepEqual(drawdownPeriods(Float64Array.of(1, 1, 2)), []);
});

Deno.test("deepestDrawdown() reports peak, trough, recovery and duration", () => {
  assert.deepEqual(deepestDrawdown(equity), {
    depth: -0.25,
    peakIndex: 2,
    troughIndex: 3,
    recoveryIndex: 5,
    durationSessions: 3,
  });
});

Deno.test("deepestDrawdown() without a recovery lasts to the end", () => {
  assert.deepEqual(deepestDrawdown(Float64Array.of(100, 100, 80, 90)), {
    depth: 80 / 100 - 1,
    peakIndex: 1,
    troughIndex: 2,
    recoveryIndex: null,
    durationSessions: 2,
  });
});

Deno.test("deepestDrawdown() takes the first of equally deep ones", () => {
  assert.equal(deepestDrawdown(Float64Array.of(100, 50, 100, 50)).troughIndex, 1);
});

Deno.test("maxDrawdownDuration() is of the deepest drawdown, longestDrawdownDuration() of the longest", () => {
  assert.equal(maxDrawdownDuration(equity), 3);
  assert.equal(longestDrawdownDuration(equity), 4);
  assert.equal(longestDrawdownDuration(Float64Array.of(100, 90, 95, 100, 101)), 3);
});

Deno.test("maxDrawdown() and its duration are 0 where equity never falls", () => {
  for (const rising of [Float64Array.of(5), Float64Array.of(1, 1, 2), new Float64Array(6).fill(3)]) {
    assert.equal(maxDrawdown(rising), 0);
    assert.equal(maxDrawdownDuration(rising), 0);
    assert.equal(longestDrawdownDuration(rising), 0);
    assert.equal(deepestDrawdown(rising).recoveryIndex, 0);
  }
});

Deno.test("maxDrawdown() exceeds everything where equity turns negative", () => {
  assert.equal(maxDrawdown(Float64Array.of(100, -50)), -1.5);
});

refusesBadEquity("maxDrawdown", maxDrawdown);
refusesBadEquity("maxDrawdownDuration", maxDrawdownDuration);
refusesBadEquity("longestDrawdownDuration", longestDrawdownDuration);
