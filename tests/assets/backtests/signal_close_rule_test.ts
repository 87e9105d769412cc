import assert from "node:assert/strict";
import { referenceRule, traditionalRule } from "../../../assets/backtests/signal_close_rule.ts";
import type { TradedPair } from "../../../assets/backtests/traded_pair.ts";
import type { PairOutcome } from "../../../assets/backtests/trading_rule.ts";
import { referenceStrategy, type TradingCosts, traditionalBands } from "../../../quant/mod.ts";
import { weekdays } from "../../support/bars.ts";
import { reverting, walk } from "../../support/closes.ts";

type Daily = PairOutcome["daily"];

const n = 200;
const sessions = weekdays(n);
const price1 = walk(1, n);
const noise = reverting(2, n);
const price2 = price1.map((price, t) => 2 * price + noise[t]!);
const free = { commissionBps: 0, slippageBps: 0, borrowBpsPerYear: 0 };
/** The same costs of both legs in the one window. */
const alike = (costs: TradingCosts) => [{ leg1: costs, leg2: costs }];

function pair(more: Partial<TradedPair> = {}): TradedPair {
  const leg = (close: Float64Array) => ({
    open: close,
    close,
    split: new Float64Array(n).fill(1),
    dividend: new Float64Array(n),
  });
  return {
    ticker_1: "A",
    ticker_2: "B",
    first: 0,
    sessions,
    leg1: leg(price1),
    leg2: leg(price2),
    windows: [{ formationStart: 20, tradingStart: 120, tradingEnd: 180, complete: true }],
    numbers: [1],
    spreads: [[null, null]],
    ...more,
  };
}

const part = (start: number, end: number) => ({
  price1: price1.subarray(start, end),
  price2: price2.subarray(start, end),
});
const [traditional, reference] = [traditionalRule, referenceRule];

Deno.test("traditionalRule and referenceRule earn in a window what their kernels earn in it, and nothing outside", () => {
  const expected = [
    traditionalBands({ formation: part(20, 120), trading: part(120, 180) }).dailyReturn,
    referenceStrategy({ sessions: sessions.slice(120, 180), ...part(120, 180) }).dailyReturn,
    // The reference's first session has no return, and some zeros are negative.
  ].map((returns) => returns.map((value) => value || 0));
  [traditional, reference].forEach((rule, i) => {
    const { daily, entered } = rule.trade(pair(), [alike(free)])[0]!;
    assert.deepEqual([...daily.dailyReturn.subarray(120, 180)], [...expected[i]!]);
    assert.ok(expected[i]!.some((value) => value !== 0), rule.strategy);
    for (const column of [daily.dailyReturn, daily.turnover, daily.grossExposure, daily.allocated]) {
      assert.ok(column.every((value, t) => value === 0 || (t >= 120 && t < 180)));
    }
    assert.ok(entered.reduce((sum, value) => sum + value, 0) > 1);
  });
});

Deno.test("traditionalRule leaves at the close of a complete window, and holds on in one that is not", () => {
  for (const [complete, held] of [[true, false], [false, true]] as const) {
    // The first session after a signal in which something is held ends the window.
    const whole = traditionalBands({ formation: part(20, 120), trading: part(120, 180) }).position;
    const last = 120 + whole.findIndex((side, t) => t > 0 && side !== 0 && whole[t - 1] === side);
    const windows = [{ formationStart: 20, tradingStart: 120, tradingEnd: last + 1, complete }];
    const { daily } = traditional.trade(pair({ windows }), [alike(free)])[0]!;
    assert.equal(daily.grossExposure[last]! > 0, held);
    assert.equal(daily.turnover[last], complete ? 2 : 0);
  }
});

Deno.test("traditionalRule pays for what it trades and borrows", () => {
  const levels = [free, { commissionBps: 1, slippageBps: 2, borrowBpsPerYear: 0 }, { ...free, borrowBpsPerYear: 365 }]
    .map(alike);
  const [gross, costs, borrow] = traditional.trade(pair(), levels).map(({ daily }) => daily) as [Daily, Daily, Daily];
  for (let t = 120; t < 180; t++) {
    assert.ok(Math.abs(gross.dailyReturn[t]! - costs.dailyReturn[t]! - 0.0003 * gross.turnover[t]!) < 1e-15);
    const days = (Date.parse(sessions[t]!) - Date.parse(sessions[t - 1]!)) / 86_400_000;
    const short = t === 120 ? 0 : gross.grossExposure[t - 1]! / 2;
    assert.ok(Math.abs(gross.dailyReturn[t]! - borrow.dailyReturn[t]! - 0.0001 * days * short) < 1e-15, `${t}`);
  }
});

Deno.test("traditionalRule pays the mean of both legs for what it trades, and the fee of the leg that is short", () => {
  const leg1 = { commissionBps: 1, slippageBps: 2, borrowBpsPerYear: 365 };
  const leg2 = { commissionBps: 1, slippageBps: 6, borrowBpsPerYear: 730 };
  const [gross, net] = traditional.trade(pair(), [alike(free), [{ leg1, leg2 }]]) as [PairOutcome, PairOutcome];
  const { position } = traditionalBands({ formation: part(20, 120), trading: part(120, 180) });
  const sides = new Set<number>();
  for (let t = 121; t < 180; t++) {
    const days = (Date.parse(sessions[t]!) - Date.parse(sessions[t - 1]!)) / 86_400_000;
    const held = position[t - 121]!;
    const fee = held === 0 ? 0 : days * (held > 0 ? 0.0001 : 0.0002);
    const expected = 0.0005 * gross.daily.turnover[t]! + fee;
    assert.ok(Math.abs(gross.daily.dailyReturn[t]! - net.daily.dailyReturn[t]! - expected) < 1e-15, `${t}`);
    sides.add(held);
  }
  assert.deepEqual(sides, new Set([0, 1, -1]));
});

Deno.test("traditionalRule knows nothing of a split but more shares, and passes over sessions without a close", () => {
  const legs = pair();
  const split = legs.leg1.split.map((one, t) => t === 150 ? 4 : one);
  const close = legs.leg1.close.map((price, t) => t >= 150 ? price / 4 : price);
  const { daily } = traditional.trade(pair({ leg1: { ...legs.leg1, split, close } }), [alike(free)])[0]!;
  const expected = traditional.trade(legs, [alike(free)])[0]!.daily;
  daily.dailyReturn.forEach((value, t) => assert.ok(Math.abs(value - expected.dailyReturn[t]!) < 1e-12));
  const gap = legs.leg1.close.map((price, t) => t === 140 ? NaN : price);
  const without = traditional.trade(pair({ leg1: { ...legs.leg1, close: gap } }), [alike(free)])[0]!.daily;
  assert.deepEqual([without.dailyReturn[140], without.turnover[140]], [0, 0]);
  assert.deepEqual([...without.dailyReturn.subarray(120, 140)], [...expected.dailyReturn.subarray(120, 140)]);
});

Deno.test("traditionalRule does not trade a pair that it cannot estimate", () => {
  const flat = new Float64Array(n).fill(7);
  const { daily, entered } = traditional.trade(pair({ leg1: { ...pair().leg1, close: flat } }), [alike(free)])[0]!;
  assert.ok(daily.dailyReturn.every((value) => value === 0) && entered.every((value) => value === 0));
  assert.equal(daily.allocated[150], 1, "its share of the equity lies idle");
});
