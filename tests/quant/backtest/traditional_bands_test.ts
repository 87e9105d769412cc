import assert from "node:assert/strict";
import { mostCorrelatedPairs, traditionalBands } from "../../../quant/backtest/traditional_bands.ts";

/** Spread of the formation: ±1 around y = x, with mean 0 and population standard deviation 1. */
const formation = {
  price1: Float64Array.of(10, 10, 20, 20),
  price2: Float64Array.of(11, 9, 21, 19),
};

/** Leg 1 stands still at 10, so that the trading spread is leg 2 minus 10. */
function trade(spread: number[]) {
  const price1 = new Float64Array(spread.length).fill(10);
  return traditionalBands({ formation, trading: { price1, price2: Float64Array.from(spread, (s) => 10 + s) } });
}

Deno.test("traditionalBands() enters beyond one deviation, holds between the bands and leaves within half of one", () => {
  const { slope, intercept, mean, std, position } = trade([0.9, 1.1, 0.8, 0.4, 0.8, -1.1, -0.7, 1.5, -0.2]);
  assert.deepEqual([slope, intercept, mean, std], [1, 0, 0, 1]);
  assert.deepEqual([...position], [0, -1, -1, 0, 0, 1, 1, -1, 0]);
});

Deno.test("traditionalBands() earns with the position of the close before", () => {
  const { dailyReturn, equity, totals } = trade([2, 0, 2, 2]);
  // Short from 12 to 10 earns 2/12; flat while it rises again.
  const earned = 1 - 10 / 12;
  assert.deepEqual([...dailyReturn].map((r) => r.toFixed(12)), [0, earned, 0, 0].map((r) => r.toFixed(12)));
  assert.ok(Math.abs(totals.totalReturn - earned) < 1e-15);
  assert.ok(Math.abs(totals.annualizedReturn - ((1 + earned) ** (252 / 3) - 1)) < 1e-6 * (1 + earned) ** 84);
  assert.equal(equity[0], 1);
});

Deno.test("traditionalBands() without a trade returns 0 and has no Sharpe ratio", () => {
  const { totals } = trade([0, 0.1, -0.1]);
  assert.deepEqual(totals, { totalReturn: 0, annualizedReturn: 0, sharpe: NaN, maxDrawdown: 0 });
});

Deno.test("traditionalBands() refuses unequal, short, missing and constant legs", () => {
  const one = { price1: Float64Array.of(1), price2: Float64Array.of(1) };
  assert.throws(() => traditionalBands({ formation, trading: one }), /trading period has 1 sessions/);
  assert.throws(() => traditionalBands({ formation: one, trading: formation }), /formation has 1 sessions/);
  const gap = { price1: Float64Array.of(1, NaN), price2: Float64Array.of(1, 2) };
  assert.throws(() => traditionalBands({ formation, trading: gap }), /price at 1 of the trading period is NaN/);
  const uneven = { price1: Float64Array.of(1, 2, 3), price2: Float64Array.of(1, 2) };
  assert.throws(() => traditionalBands({ formation: uneven, trading: formation }), /formation has 3 and 2 prices/);
  const constant = { price1: Float64Array.of(5, 5, 5), price2: Float64Array.of(1, 2, 3) };
  assert.throws(() => traditionalBands({ formation: constant, trading: formation }), RangeError);
});

Deno.test("mostCorrelatedPairs() leaves out constant and incomplete tickers and keeps the order of equals", () => {
  const prices = new Map([
    ["UP", Float64Array.of(1, 2, 3)],
    ["FLAT", Float64Array.of(4, 4, 4)],
    ["TWICE", Float64Array.of(2, 4, 6)],
    ["GAP", Float64Array.of(1, NaN, 3)],
    ["DOWN", Float64Array.of(3, 2, 1)],
  ]);
  const named = mostCorrelatedPairs(prices, 10).map(({ ticker1, ticker2, correlation }) =>
    `${ticker1}-${ticker2} ${correlation.toFixed(6)}`
  );
  assert.deepEqual(named, ["UP-TWICE 1.000000", "UP-DOWN -1.000000", "TWICE-DOWN -1.000000"]);
  assert.deepEqual(mostCorrelatedPairs(new Map(), 3), []);
  assert.throws(
    () => mostCorrelatedPairs(new Map([["A", Float64Array.of(1)], ["B", Float64Array.of(1, 2)]]), 1),
    /B has 2/,
  );
});
