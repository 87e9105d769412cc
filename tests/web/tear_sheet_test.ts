import assert from "node:assert/strict";
import { linearRegression, sharpeRatio } from "../../quant/mod.ts";
import type { StrategyDays } from "../../web/strategy_record.ts";
import { rollingSessions, sheetOf } from "../../web/tear_sheet.ts";
import { weekdays } from "../support/bars.ts";

/** Equity of returns, 1 before the first. */
function compounded(returns: readonly number[]): number[] {
  let value = 1;
  return returns.map((change) => value *= 1 + change);
}

function daysOf(returns: readonly number[], benchmark: readonly number[], cash: readonly number[]): StrategyDays {
  return {
    strategy: "z_score_bands",
    sessions: weekdays(returns.length),
    equity: compounded(returns),
    benchmark: compounded(benchmark),
    cashReturn: [...cash],
    dailyReturn: [...returns],
    grossExposure: returns.map(() => 1),
  };
}

const returns = Array.from({ length: 150 }, (_, t) => 0.0004 + 0.01 * Math.sin(t * t));
const benchmark = Array.from({ length: 150 }, (_, t) => 0.008 * Math.cos(t * t + 2));
const cash = returns.map(() => 0.0001);

Deno.test("sheetOf() rolls Sharpe and beta of returns in excess of cash, null before the first window", () => {
  const sheet = sheetOf(daysOf(returns, benchmark, cash));
  assert.ok(sheet.rollingSharpe.slice(0, rollingSessions - 1).every((value) => value === null));
  const excess = Float64Array.from(returns, (value) => value - 0.0001);
  const other = Float64Array.from(benchmark, (value) => value - 0.0001);
  for (const t of [rollingSessions - 1, 149]) {
    const from = t + 1 - rollingSessions;
    assert.ok(Math.abs(sheet.rollingSharpe[t]! - sharpeRatio(excess.slice(from, t + 1))) < 1e-9);
    const { slope } = linearRegression(other.slice(from, t + 1), excess.slice(from, t + 1));
    assert.ok(Math.abs(sheet.rollingBeta[t]! - slope) < 1e-9);
  }
});

Deno.test("sheetOf() lists the worst drawdowns, the deepest first, from the start on and to the end", () => {
  const { drawdowns, drawdown, sessions } = sheetOf(daysOf([-0.1, 0.2, -0.5, 0.1], [0, 0, 0, 0], [0, 0, 0, 0]));
  const rounded = drawdowns.map((one) => ({ ...one, depth: Number(one.depth.toFixed(9)) }));
  assert.deepEqual(rounded, [
    { peak: sessions[1], trough: sessions[2], recovered: null, depth: -0.5, sessions: 2 },
    { peak: null, trough: sessions[0], recovered: sessions[1], depth: -0.1, sessions: 2 },
  ]);
  assert.ok(Math.abs(drawdown[3]! + 0.45) < 1e-12);
});

Deno.test("sheetOf() counts every session in the distribution, and compounds months to the whole", () => {
  const sheet = sheetOf(daysOf(returns, benchmark, cash));
  assert.equal(sheet.bins.reduce((sum, { sessions }) => sum + sessions, 0), 150);
  const months = sheet.months.flatMap(({ months }) => months).filter((value) => value !== null);
  const total = months.reduce((product, value) => product * (1 + value), 1) - 1;
  assert.ok(Math.abs(total - sheet.gained.at(-1)!) < 1e-12);
});
