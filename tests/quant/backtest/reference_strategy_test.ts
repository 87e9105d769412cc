import assert from "node:assert/strict";
import {
  type ReferenceSignal,
  referenceSignals,
  referenceStrategy,
  referenceTotals,
  referenceTrades,
} from "../../../quant/backtest/reference_strategy.ts";

const ramp = (n: number) => Float64Array.from({ length: n }, (_, t) => t + 1);

Deno.test("referenceSignals() says nothing in the first ten sessions and has no trend in the last two", () => {
  const price1 = ramp(30);
  const price2 = price1.map((price, t) => price + Math.sin(t));
  const { signal, trend, rSquared } = referenceSignals({ price1, price2 });
  assert.deepEqual(signal.slice(0, 10), Array(10).fill("None"));
  const undefinedAt = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 28, 29];
  for (const column of [trend, rSquared]) {
    assert.deepEqual([...column.keys()].filter((t) => Number.isNaN(column[t]!)), undefinedAt);
  }
});

Deno.test("referenceSignals() of a spread without range scales it to 0 and never signals", () => {
  const price1 = ramp(20);
  const { scaledSpread, trend, rSquared, signal } = referenceSignals({
    price1,
    price2: price1.map((price) => 2 * price),
  });
  assert.deepEqual(scaledSpread, new Float64Array(20));
  assert.deepEqual([trend[12], rSquared[12]], [0, 0]);
  assert.ok(signal.every((value) => value === "None"));
});

Deno.test("referenceSignals() refuses unequal, missing, too few and constant prices", () => {
  const price2 = ramp(20);
  assert.throws(() => referenceSignals({ price1: ramp(19), price2 }), /19 and 20 prices/);
  const gap = ramp(20);
  gap[7] = NaN;
  assert.throws(() => referenceSignals({ price1: gap, price2 }), /price at 7 is NaN/);
  gap[7] = Infinity;
  assert.throws(() => referenceSignals({ price1: gap, price2 }), /price at 7 is Infinity/);
  assert.throws(() => referenceSignals({ price1: new Float64Array(20).fill(3), price2 }), RangeError);
  assert.throws(() => referenceSignals({ price1: new Float64Array(0), price2: new Float64Array(0) }), RangeError);
});

Deno.test("referenceTrades() leaves a position only by the exit of its own side", () => {
  const signals: ReferenceSignal[] = [
    "None",
    "Short",
    "Exit Long",
    "None",
    "Exit Short",
    "Long",
    "Exit Short",
    "Exit Long",
  ];
  const flat = new Float64Array(8).fill(1);
  const { position } = referenceTrades(signals, { price1: flat, price2: flat });
  assert.deepEqual([...position], [0, -1, -1, -1, 0, 1, 1, 0]);
});

Deno.test("referenceTrades() earns with the position of the close before", () => {
  const price1 = Float64Array.of(10, 10, 10, 11);
  const price2 = Float64Array.of(10, 20, 30, 30);
  const { budget, dailyReturn, cumulativeReturn } = referenceTrades(["None", "Long", "Short", "None"], {
    price1,
    price2,
    startBudget: 100,
  });
  // Session 1 doubles leg 2 before "Long" is held; session 2 earns +50 %; session 3 is short, and leg 1 gains 10 %.
  assert.deepEqual([...budget.subarray(0, 3)], [100, 100, 150]);
  assert.ok(Math.abs(budget[3]! - 165) < 1e-12);
  assert.ok(Number.isNaN(dailyReturn[0]!));
  assert.deepEqual([...cumulativeReturn.subarray(0, 3)], [0, 0, 0.5]);
});

Deno.test("referenceTrades() refuses signals that do not match the prices", () => {
  const prices = { price1: ramp(3), price2: ramp(3) };
  assert.throws(() => referenceTrades(["None"], prices), /1 signals for 3 prices/);
  assert.equal(referenceTrades([], { price1: new Float64Array(0), price2: new Float64Array(0) }).budget.length, 0);
});

Deno.test("referenceTotals() annualizes over calendar days and finds the deepest fall", () => {
  const totals = referenceTotals(["2021-01-01", "2021-06-01", "2023-01-01"], Float64Array.of(100, 80, 121));
  assert.ok(Math.abs(totals.totalReturn - 0.21) < 1e-15);
  // 730 days of 365.25.
  assert.ok(Math.abs(totals.annualizedReturn - (1.21 ** (365.25 / 730) - 1)) < 1e-15);
  assert.ok(Math.abs(totals.maxDrawdown + 0.2) < 1e-15);
  assert.equal(referenceTotals(["2021-01-01"], Float64Array.of(100)).annualizedReturn, 0);
  assert.throws(() => referenceTotals([], new Float64Array(0)), RangeError);
  assert.throws(() => referenceTotals(["soon"], Float64Array.of(1)), /"soon" is not a date/);
});

Deno.test("referenceStrategy() is its three parts", () => {
  const sessions = Array.from({ length: 120 }, (_, t) => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10));
  const price1 = ramp(120);
  const price2 = price1.map((price, t) => 2 * price + 3 * Math.sin(t * t / 90));
  const whole = referenceStrategy({ sessions, price1, price2, startBudget: 500 });
  const signals = referenceSignals({ price1, price2 });
  const trades = referenceTrades(signals.signal, { price1, price2, startBudget: 500 });
  assert.deepEqual(whole, { ...signals, ...trades, totals: referenceTotals(sessions, trades.budget) });
  assert.ok(whole.position.includes(-1) && whole.position.includes(1), "the example trades both sides");
});
