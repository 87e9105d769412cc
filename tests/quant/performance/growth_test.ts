import assert from "node:assert/strict";
import {
  annualizedReturnByCalendar,
  annualizedReturnBySessions,
  compoundEquity,
  totalReturn,
} from "../../../quant/performance/growth.ts";
import fixture from "../fixtures/performance.json" with { type: "json" };
import { assertRelative, refusesBadEquity } from "./performance_assertions.ts";

for (const expected of fixture.metrics) {
  Deno.test(`totalReturn() and both annualized returns equal 50-digit values: ${expected.name}`, () => {
    const equity = compoundEquity(Float64Array.from(expected.returns));
    assertRelative(totalReturn(equity), expected.totalReturn);
    assertRelative(annualizedReturnByCalendar(equity, expected.calendarDays), expected.annualizedReturnByCalendar);
    assertRelative(annualizedReturnBySessions(equity), expected.annualizedReturnBySessions);
  });
}

Deno.test("compoundEquity() begins with its start and is one longer than the returns", () => {
  assert.deepEqual(compoundEquity(Float64Array.of(0.5, -1, 2), 100), Float64Array.of(100, 150, 0, 0));
  assert.deepEqual(compoundEquity(new Float64Array(0), 7), Float64Array.of(7));
  assert.throws(() => compoundEquity(Float64Array.of(NaN)), RangeError);
  for (const start of [0, -1, NaN, Infinity]) {
    assert.throws(() => compoundEquity(new Float64Array(0), start), RangeError);
  }
});

Deno.test("totalReturn() of a single value is 0", () => {
  assert.equal(totalReturn(Float64Array.of(5)), 0);
});

Deno.test("annualizedReturnByCalendar() takes 365.25 days for a year and is 0 if no day passed", () => {
  assert.ok(Math.abs(annualizedReturnByCalendar(Float64Array.of(100, 121), 2 * 365.25) - 0.1) < 1e-15);
  assert.equal(annualizedReturnByCalendar(Float64Array.of(100, 121), 0), 0);
  for (const days of [-1, NaN, Infinity]) {
    assert.throws(() => annualizedReturnByCalendar(Float64Array.of(1, 2), days), RangeError);
  }
});

Deno.test("annualizedReturnBySessions() counts the steps between values", () => {
  assert.ok(Math.abs(annualizedReturnBySessions(Float64Array.of(100, 105, 110), { sessionsPerYear: 2 }) - 0.1) < 1e-15);
  assert.equal(annualizedReturnBySessions(Float64Array.of(100)), 0);
  assert.throws(() => annualizedReturnBySessions(Float64Array.of(1, 2), { sessionsPerYear: 0 }), RangeError);
});

Deno.test("annualizedReturnByCalendar() is −1 when everything or more was lost", () => {
  assert.equal(annualizedReturnByCalendar(Float64Array.of(100, 0), 30), -1);
  assert.equal(annualizedReturnByCalendar(Float64Array.of(100, -20), 30), -1);
});

refusesBadEquity("totalReturn", totalReturn);
refusesBadEquity("annualizedReturnByCalendar", (equity) => annualizedReturnByCalendar(equity, 365));
refusesBadEquity("annualizedReturnBySessions", annualizedReturnBySessions);
