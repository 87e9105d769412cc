import assert from "node:assert/strict";
import type { LegBars } from "../../../quant/backtest/leg_bars.ts";
import type { Side, Strategy } from "../../../quant/backtest/strategy.ts";
import { walkForward, type WalkForwardOptions } from "../../../quant/backtest/walk_forward.ts";
import { zScoreBands } from "../../../quant/backtest/z_score_bands.ts";
import { generatedPair, weekdays } from "./generated_pair.ts";
import { scriptedStrategy } from "./scripted_strategy.ts";

const FORMATION = 2;

/** Two sessions of formation at price 100, then the given prices, traded by script. */
function trade(
  script: readonly Side[],
  prices: { close1: number[]; close2: number[]; open1?: number[]; open2?: number[] },
  options: Partial<WalkForwardOptions> & {
    split1?: number[];
    split2?: number[];
    dividend1?: number[];
    dividend2?: number[];
  } = {},
) {
  const column = (values: number[] | undefined, before: number) =>
    values && Float64Array.from([...Array(FORMATION).fill(before), ...values]);
  const leg = (close: number[], open?: number[], split?: number[], dividend?: number[]): LegBars => ({
    close: column(close, 100)!,
    open: column(open ?? close, 100),
    split: column(split, 1),
    dividend: column(dividend, 0),
  });
  const { split1, split2, dividend1, dividend2, ...rest } = options;
  const { close1, close2, open1, open2 } = prices;
  return walkForward({
    sessions: weekdays(FORMATION + close1.length),
    leg1: leg(close1, open1, split1, dividend1),
    leg2: leg(close2, open2, split2, dividend2),
    strategy: scriptedStrategy(script),
    formationSessions: FORMATION,
    tradingSessions: close1.length,
    initialEquity: 1000,
    ...rest,
  });
}

const traded = (column: ArrayLike<number>) => Array.from(column).slice(FORMATION);

Deno.test("walkForward() fills a signal at the next session's open, never in its own session", () => {
  const { daily, trades } = trade([1, 1, 0, 0, 0], {
    close1: [100, 100, 100, 100, 100],
    close2: [100, 110, 120, 130, 130],
    open1: [100, 100, 100, 100, 100],
    open2: [100, 105, 115, 125, 130],
  });
  assert.deepEqual(traded(daily.target), [1, 1, 0, 0, 0]);
  assert.deepEqual(traded(daily.position), [0, 1, 1, 0, 0]);
  // 1000 of equity at 100 and 100: 2000 gross is 10 shares of each leg.
  assert.deepEqual(traded(daily.shares2), [0, 10, 10, 0, 0]);
  assert.deepEqual(traded(daily.shares1), [0, -10, -10, 0, 0]);
  // Filled at 105, not at the 100 of the signal; left at 125.
  assert.deepEqual(traded(daily.equity), [1000, 1050, 1150, 1200, 1200]);
  assert.deepEqual(traded(daily.fillPrice2), [NaN, 105, NaN, 125, NaN]);
  const [only] = trades;
  assert.equal(trades.length, 1);
  assert.deepEqual(
    [only!.signalSession, only!.entrySession, only!.exitSession, only!.exitReason, only!.sessionsHeld, only!.pnl],
    ["2020-01-03", "2020-01-06", "2020-01-08", "signal", 2, 200],
  );
});

Deno.test("walkForward() fills at the next close where told to", () => {
  const { daily } = trade([1, 1, 0, 0, 0], { close1: [100, 100, 100, 100, 100], close2: [100, 110, 120, 130, 130] }, {
    fillAt: "next_close",
  });
  assert.deepEqual(traded(daily.position), [0, 1, 1, 0, 0]);
  assert.deepEqual(traded(daily.equity), [1000, 1000, 1100, 1200, 1200]);
});

Deno.test("walkForward() sizes the legs by the hedge ratio, or by as much currency in each", () => {
  const prices = { close1: [50, 50, 50], close2: [200, 200, 200] };
  const hedged = trade([1], prices, { strategy: scriptedStrategy([1], 2) }).daily;
  // 2 shares of leg 1 for each of leg 2: 300 a unit, 2000 gross.
  assert.ok(Math.abs(hedged.shares2[3]! - 2000 / 300) < 1e-12);
  assert.ok(Math.abs(hedged.shares1[3]! + 4000 / 300) < 1e-12);
  const inverse = trade([1], prices, { strategy: scriptedStrategy([1], -2) }).daily;
  assert.ok(inverse.shares1[3]! > 0 && inverse.shares2[3]! > 0, "a negative ratio holds both legs on one side");
  const neutral = trade([-1], prices, { sizing: "dollar_neutral", grossExposure: 1 }).daily;
  assert.deepEqual([neutral.shares1[3], neutral.shares2[3]], [10, -2.5]);
  assert.deepEqual([neutral.weight1[3], neutral.weight2[3], neutral.grossExposure[3]], [0.5, -0.5, 1]);
});

Deno.test("walkForward() turns a position around at one fill, as two trades", () => {
  const { trades, daily } = trade([1, -1, -1, 0, 0], {
    close1: Array(6).fill(100),
    close2: [100, 100, 110, 110, 99, 99],
  });
  assert.deepEqual(trades.map(({ side, exitReason, pnl }) => [side, exitReason, Math.round(pnl)]), [
    [1, "reversal", 100],
    // Ten shares by the equity of the signal's close, from 110 to 99.
    [-1, "signal", 110],
  ]);
  assert.deepEqual(traded(daily.position), [0, 1, -1, -1, 0, 0]);
});

Deno.test("walkForward() charges commission and slippage on both legs and borrow by calendar days", () => {
  const flat = Array(6).fill(100);
  const { daily, trades } = trade([1, 1, 1, 0, 0, 0], { close1: flat, close2: flat }, {
    costs: { commissionBps: 10, slippageBps: 5, borrowBpsPerYear: 365 },
  });
  // 2000 of notional in and out. Friday, Monday, Tuesday, … : short 1000 overnight at 1 bp a day.
  assert.deepEqual(weekdays(8).slice(2), [
    "2020-01-03",
    "2020-01-06",
    "2020-01-07",
    "2020-01-08",
    "2020-01-09",
    "2020-01-10",
  ]);
  assert.deepEqual(traded(daily.commission), [0, 2, 0, 0, 2, 0]);
  assert.deepEqual(traded(daily.slippage), [0, 1, 0, 0, 1, 0]);
  assert.deepEqual(traded(daily.borrow).map((v) => +v.toFixed(12)), [0, 0, 0.1, 0.1, 0.1, 0]);
  assert.ok(Math.abs(trades[0]!.costs - 6.3) < 1e-12);
  assert.ok(Math.abs(daily.equity.at(-1)! - 993.7) < 1e-9);
  assert.deepEqual(traded(daily.turnover).map((v) => +v.toFixed(3)), [0, 2, 0, 0, +(2000 / 996.8).toFixed(3), 0]);
});

Deno.test("walkForward() charges three days of borrow over a weekend", () => {
  const flat = Array(8).fill(100);
  const { daily, trades } = trade([0, 0, 1], { close1: flat, close2: flat }, { costs: { borrowBpsPerYear: 365 } });
  // Held from Wednesday 8 January to Tuesday 14 January, over one weekend.
  assert.deepEqual(traded(daily.borrow).map((v) => +v.toFixed(12)), [0, 0, 0, 0, 0.1, 0.1, 0.3, 0.1]);
  assert.equal(trades[0]!.exitReason, "window_end");
});

Deno.test("walkForward() multiplies shares in a split and gains nothing by it", () => {
  const { daily, trades } = trade([1], { close1: [100, 100, 100, 100], close2: [100, 100, 50, 55] }, {
    split2: [1, 1, 2, 1],
  });
  assert.deepEqual(traded(daily.shares2), [0, 10, 20, 0]);
  assert.deepEqual(traded(daily.equity), [1000, 1000, 1000, 1100]);
  assert.equal(trades[0]!.shares2, 10);
});

Deno.test("walkForward() splits an order that waits for its fill", () => {
  const { daily } = trade([1], { close1: [100, 25, 25, 25], close2: [100, 100, 100, 100] }, { split1: [1, 4, 1, 1] });
  assert.deepEqual(traded(daily.shares1), [0, -40, -40, 0]);
  assert.deepEqual(traded(daily.equity), [1000, 1000, 1000, 1000]);
});

Deno.test("walkForward() receives dividends on the long leg, owes them on the short one, from the day after the fill", () => {
  const flat = [100, 100, 100, 100];
  const { daily } = trade([1], { close1: flat, close2: flat }, { dividend1: [0, 7, 2, 0], dividend2: [0, 7, 3, 0] });
  // The dividends of the session of the fill belong to those who held before its open.
  assert.deepEqual(traded(daily.dividends), [0, 0, 10, 0]);
  assert.deepEqual(traded(daily.equity), [1000, 1000, 1010, 1010]);
});

Deno.test("walkForward() neither trades nor values nor asks across a missing bar", () => {
  const gap = NaN;
  const { daily, trades } = trade([1, 0], {
    close1: [100, gap, 100, 100, gap, 100],
    close2: [100, 300, 110, 120, 130, 140],
  }, {
    dividend2: [0, 0, 0, 0, 1, 0],
  });
  assert.deepEqual(daily.signal.slice(FORMATION), ["enter_long", "no_bar", "exit", "hold", "no_bar", "window_end"]);
  // The entry waits for session 2 and the exit for session 3.
  assert.deepEqual(traded(daily.position), [0, 0, 1, 0, 0, 0]);
  assert.deepEqual(traded(daily.equity), [1000, 1000, 1000, 1100, 1100, 1100]);
  assert.equal(trades[0]!.exitReason, "signal");

  const held = trade([1], { close1: [100, 100, gap, 100, 100], close2: [100, 100, 50, 110, 110] }, {
    dividend2: [0, 0, 1, 0, 0],
    costs: { borrowBpsPerYear: 365 },
  }).daily;
  // What falls due in the gap is booked after it.
  assert.deepEqual(traded(held.pnl), [0, 0, 0, 110, 0]);
  assert.deepEqual(traded(held.borrow).map((v) => +v.toFixed(12)), [0, 0, 0, 0.2, 0.1]);
});

Deno.test("walkForward() waits for both opens", () => {
  const { daily } = trade([1], {
    close1: [100, 100, 100, 100],
    close2: [100, 100, 100, 100],
    open1: [100, NaN, 100, 100],
    open2: [100, 100, 90, 100],
  });
  assert.deepEqual(traded(daily.position), [0, 0, 1, 0]);
  assert.deepEqual(traded(daily.target), [1, 1, 1, 0]);
  assert.deepEqual(traded(daily.fillPrice2), [NaN, NaN, 90, 100]);
});

Deno.test("walkForward() takes back an order that has not been filled when the strategy changes its mind", () => {
  const { daily, trades } = trade([1, 1, 0, 1, 1, 0], {
    close1: Array(7).fill(100),
    close2: Array(7).fill(100),
    open1: [100, 100, 100, NaN, 100, 100, 100],
    open2: Array(7).fill(100),
  });
  // The exit of session 2 finds no open in session 3, whose close wants to stay.
  assert.deepEqual(traded(daily.target), [1, 1, 0, 1, 1, 0, 0]);
  assert.deepEqual(traded(daily.position), [0, 1, 1, 1, 1, 1, 0]);
  assert.equal(trades.length, 1);
});

Deno.test("walkForward() closes at the last price once a leg has stopped trading, and opens no more", () => {
  const gone = NaN;
  const { daily, trades } = trade([1, 1, 1, 0, 1, 1, 1], {
    close1: [100, 100, 90, gone, gone, gone, gone, gone, 80],
    close2: [100, 100, 100, 100, 100, 105, 106, 107, 108],
  }, { stoppedAfterSessions: 3, costs: { commissionBps: 10 } });
  assert.deepEqual(daily.signal.slice(FORMATION), [
    "enter_long",
    "hold",
    "hold",
    "no_bar",
    "no_bar",
    ...Array(4).fill("stopped_trading"),
  ]);
  assert.deepEqual(traded(daily.position), [0, 1, 1, 1, 1, 0, 0, 0, 0]);
  const [only] = trades;
  assert.deepEqual([only!.exitReason, only!.exitPrice1, only!.exitPrice2], ["stopped_trading", 90, 105]);
  // 10 shares: +100 on the short leg, +50 on the long one; 2 in and 1.95 out.
  assert.ok(Math.abs(daily.equity.at(-1)! - (1000 + 150 - 2 - 1.95)) < 1e-9);
  assert.equal(trades.length, 1);
});

Deno.test("walkForward() closes at a complete window's last close and opens nothing in it", () => {
  const closes = { close1: Array(4).fill(100), close2: [100, 100, 100, 120] };
  const { daily, trades } = trade([1], closes);
  assert.deepEqual(traded(daily.position), [0, 1, 1, 0]);
  assert.deepEqual([trades[0]!.exitReason, trades[0]!.exitPrice2], ["window_end", 120]);
  assert.deepEqual(trade([0, 0, 1], closes).trades, []);
  // A reversal in the last session leaves the old side and enters no new one.
  assert.deepEqual(trade([1, 1, -1], closes).trades.map(({ side, exitReason }) => [side, exitReason]), [[1, "signal"]]);
});

Deno.test("walkForward() leaves a position open where the data ends inside its window", () => {
  const { daily, trades } = trade([1], { close1: Array(3).fill(100), close2: [100, 100, 103] }, { tradingSessions: 9 });
  assert.deepEqual(traded(daily.position), [0, 1, 1]);
  assert.deepEqual([trades[0]!.exitSession, trades[0]!.exitReason, trades[0]!.pnl], [null, null, 30]);
});

Deno.test("walkForward() begins every window flat and counts trades to it", () => {
  const flat = Array(8).fill(100);
  const { trades, windows, daily } = trade([1], { close1: flat, close2: flat }, { tradingSessions: 4 });
  assert.deepEqual(windows.map(({ tradingStart, tradingEnd }) => [tradingStart, tradingEnd]), [[2, 6], [6, 10]]);
  assert.deepEqual(trades.map(({ window, exitReason }) => [window, exitReason]), [[0, "window_end"], [
    1,
    "window_end",
  ]]);
  assert.deepEqual(traded(daily.position), [0, 1, 1, 0, 0, 1, 1, 0]);
});

Deno.test("walkForward() trades only the windows it is given", () => {
  const { sessions, leg1, leg2 } = generatedPair(3, 300);
  const windows = [{ formationStart: 20, tradingStart: 120, tradingEnd: 160, complete: true }];
  const { daily } = walkForward({ sessions, leg1, leg2, strategy: zScoreBands(), windows });
  assert.deepEqual(
    [...daily.allocated.keys()].filter((t) => daily.allocated[t]),
    Array.from({ length: 40 }, (_, i) => 120 + i),
  );
  assert.ok(daily.position.some((side) => side !== 0));
  assert.equal(daily.equity[119], 100_000);
  assert.equal(daily.equity[299], daily.equity[159]);
});

Deno.test("walkForward() stops for good when the equity is gone", () => {
  const { daily, trades } = trade([-1, -1, -1, 1, 1, 1], {
    close1: Array(7).fill(100),
    close2: [100, 100, 220, 220, 100, 100, 100],
  });
  assert.equal(trades.length, 1);
  assert.equal(trades[0]!.exitReason, "ruin");
  assert.deepEqual(traded(daily.equity), [1000, 1000, -200, -200, -200, -200, -200]);
  assert.deepEqual(traded(daily.dailyReturn).slice(3), [0, 0, 0, 0]);
});

Deno.test("walkForward() names why a window is not traded", () => {
  const { sessions, leg1, leg2 } = generatedPair(1, 60);
  const run = (close1: Float64Array, close2 = leg2.close) =>
    walkForward({
      sessions,
      leg1: { ...leg1, close: close1 },
      leg2: { ...leg2, close: close2 },
      strategy: zScoreBands(),
      formationSessions: 40,
      tradingSessions: 20,
    });
  const refusal = (result: ReturnType<typeof run>) => {
    assert.deepEqual(result.trades, []);
    assert.deepEqual(new Set(result.daily.signal.slice(40)), new Set(["not_traded"]));
    assert.equal(result.windows[0]!.estimates, null);
    return result.windows[0]!.refusal!;
  };
  assert.match(refusal(run(new Float64Array(60).fill(5))), /constant/);
  assert.match(refusal(run(leg1.close.map((price, t) => (t > 34 ? NaN : price)))), /Leg 1 has stopped trading/);
  assert.match(
    refusal(run(leg1.close.map((price, t) => (t < 21 ? NaN : price)))),
    /19 common closes in a formation of 40/,
  );
  assert.match(refusal(run(leg1.close, leg1.close.map((price) => 2 * price))), /collinear/);
});

Deno.test("walkForward() lets a strategy's own fault through", () => {
  const { sessions, leg1, leg2 } = generatedPair(1, 60);
  const broken: Strategy = {
    name: "broken",
    parameters: {},
    fit() {
      throw new TypeError("a fault");
    },
  };
  assert.throws(
    () => walkForward({ sessions, leg1, leg2, strategy: broken, formationSessions: 40, tradingSessions: 20 }),
    TypeError,
  );
});

Deno.test("walkForward() refuses what it cannot trade", () => {
  const { sessions, leg1, leg2 } = generatedPair(1, 60);
  const valid = { sessions, leg1, leg2, strategy: zScoreBands(), formationSessions: 40, tradingSessions: 10 };
  const refused = (change: Partial<WalkForwardOptions>, message: RegExp) =>
    assert.throws(() => walkForward({ ...valid, ...change }), { name: "RangeError", message });
  refused({ leg1: { close: leg1.close } }, /leg 1 has none/);
  refused({ leg2: { ...leg2, split: new Float64Array(3) } }, /split of leg 2 has 3 values for 60 sessions/);
  refused({ sessions: [...sessions.slice(0, 59), sessions[0]!] }, /oldest first/);
  refused({ sessions: [...sessions.slice(0, 59), "tomorrow"] }, /"tomorrow" is not a date/);
  refused({ grossExposure: 0 }, /grossExposure/);
  refused({ initialEquity: NaN }, /initialEquity/);
  refused({ costs: { slippageBps: -1 } }, /slippageBps/);
  refused({ stoppedAfterSessions: 0.5 }, /stoppedAfterSessions/);
  refused({ formationSessions: undefined }, /formationSessions and tradingSessions/);
  refused({ step: 5 }, /before the last one ends/);
  refused({ windows: [{ formationStart: 0, tradingStart: 40, tradingEnd: 61, complete: true }] }, /does not fit/);
});

Deno.test("walkForward() charges each leg its own rates, and each window its own", () => {
  const rates = (commissionBps: number, slippageBps: number, borrowBpsPerYear: number) => ({
    commissionBps,
    slippageBps,
    borrowBpsPerYear,
  });
  const windows = [0, 6].map((formationStart) => ({
    formationStart,
    tradingStart: formationStart + 2,
    tradingEnd: formationStart + 6,
    complete: true,
  }));
  const n = 12;
  const close = new Float64Array(n).fill(100);
  const { daily } = walkForward({
    sessions: weekdays(n),
    leg1: { close, open: close },
    leg2: { close, open: close },
    strategy: scriptedStrategy([1]),
    windows,
    initialEquity: 1000,
    costs: [
      { leg1: rates(10, 20, 365), leg2: rates(30, 50, 0) },
      { leg1: rates(0, 0, 0), leg2: rates(0, 100, 3650) },
    ],
  });
  // 1000 of each leg is bought or sold in the second session of a window: one spread long, leg 1 short.
  const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);
  near(daily.commission[3]!, 1 + 3);
  near(daily.slippage[3]!, 2 + 5);
  near(daily.borrow[4]!, 1000 * 0.0365 / 365);
  assert.ok(
    daily.commission[9] === 0 && Math.abs(daily.slippage[9]! / daily.turnover[9]! / daily.equity[8]! - 0.005) < 1e-12,
  );
  assert.equal(daily.borrow[10], 0, "the long leg is not lent");
});

Deno.test("walkForward() charges legs of equal rates what it charges both together, to the last bit", () => {
  const { sessions, leg1, leg2 } = generatedPair(5, 300);
  const costs = { commissionBps: 1.3, slippageBps: 2.7, borrowBpsPerYear: 51 };
  const options = { sessions, leg1, leg2, strategy: zScoreBands(), formationSessions: 100, tradingSessions: 50 };
  const together = walkForward({ ...options, costs });
  assert.deepEqual(
    walkForward({ ...options, costs: together.windows.map(() => ({ leg1: costs, leg2: costs })) }),
    together,
  );
  // Of all that is traded, whatever the legs' shares of it.
  for (const [t, turnover] of together.daily.turnover.entries()) {
    if (turnover === 0) assert.equal(together.daily.slippage[t], 0);
  }
});

Deno.test("walkForward() refuses costs that are not those of all windows, or below 0", () => {
  const prices = { close1: [100, 100], close2: [100, 100] };
  const free = { commissionBps: 0, slippageBps: 0, borrowBpsPerYear: 0 };
  assert.throws(() => trade([1], prices, { costs: [] }), /costs of 0 windows, and 1 windows/);
  const wrong = { leg1: free, leg2: { ...free, slippageBps: -1 } };
  assert.throws(() => trade([1], prices, { costs: [wrong] }), /slippageBps must be 0 or more, got -1/);
});
