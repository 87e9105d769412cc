import assert from "node:assert/strict";
import { benchmarkReturns, cashReturns } from "../../../assets/backtests/benchmark.ts";
import type { TradedBars } from "../../../assets/market/traded_bars.ts";

const leg = (close: number[], more: { split?: number[]; dividend?: number[] } = {}) => ({
  open: Float64Array.from(close),
  high: Float64Array.from(close),
  low: Float64Array.from(close),
  volume: Float64Array.from(close, () => 100),
  close: Float64Array.from(close),
  split: Float64Array.from(more.split ?? close.map(() => 1)),
  dividend: Float64Array.from(more.dividend ?? close.map(() => 0)),
});
const bars: TradedBars = {
  sessions: ["2024-01-04", "2024-01-05", "2024-01-08"],
  legs: new Map([
    ["A", leg([100, 55, 66], { split: [1, 2, 1] })],
    ["B", leg([10, 9, 9], { dividend: [0, 2, 0] })],
    ["C", leg([5, NaN, 7])],
  ]),
};
const near = (actual: ArrayLike<number>, expected: number[]) => {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => assert.ok(Math.abs(actual[i]! - value) < 1e-12, `${i}: ${actual[i]}`));
};

const index = bars.sessions.map((session, t) => ({ session, daily_return: t / 100 }));

Deno.test("benchmarkReturns() of a ticker counts splits and dividends, and 0 where a close is missing", () => {
  near(benchmarkReturns(bars, { ticker: "A", index }), [0, 0.1, 0.2]);
  near(benchmarkReturns(bars, { ticker: "B", index }), [0, 0.1, 0]);
  near(benchmarkReturns(bars, { ticker: "C", index }), [0, 0, 0]);
});

Deno.test("benchmarkReturns() of the index are its rows, and none is missing", () => {
  near(benchmarkReturns(bars, { ticker: null, index: index.toReversed() }), [0, 0.01, 0.02]);
  assert.throws(() => benchmarkReturns(bars, { ticker: null, index: index.slice(1) }), /no return for 2024-01-04/);
});

Deno.test("benchmarkReturns() says which setting names a ticker that there is not", () => {
  assert.throws(() => benchmarkReturns(bars, { ticker: "SPY", index }), /no SPY, the benchmark. Set benchmarkTicker/);
});

Deno.test("cashReturns() compound over calendar days to the rate of a year", () => {
  const returns = cashReturns(["2023-01-02", "2023-01-03", "2024-01-02"], 0.05);
  near([returns.reduce((value, change) => value * (1 + change), 1)], [1.05]);
  near(cashReturns(["2023-01-02", "2023-01-03"], 0), [0, 0]);
});
