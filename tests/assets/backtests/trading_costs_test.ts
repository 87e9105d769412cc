import assert from "node:assert/strict";
import type { TradedPair } from "../../../assets/backtests/traded_pair.ts";
import { TradingConfig } from "../../../assets/backtests/trading_config.ts";
import { costLevels, tradingBps, tradingBpsOf } from "../../../assets/backtests/trading_costs.ts";

const leg = {
  open: new Float64Array(9),
  close: new Float64Array(9),
  split: new Float64Array(9),
  dividend: new Float64Array(9),
};
const window = (formationStart: number, tradingStart: number, tradingEnd: number) => ({
  formationStart,
  tradingStart,
  tradingEnd,
  complete: true,
});
const pair: TradedPair = {
  ticker_1: "A",
  ticker_2: "B",
  first: 0,
  sessions: Array.from({ length: 9 }, (_, t) => `2024-01-0${t + 1}`),
  leg1: leg,
  leg2: leg,
  windows: [window(0, 2, 4), window(3, 5, 8)],
  numbers: [1, 3],
  spreads: [[30, null], [1, 8]],
};
const levels = (config: Record<string, unknown> = {}) => costLevels(TradingConfig.parse(config));
const names = (config?: Record<string, unknown>) => levels(config).map(({ costs, costBps }) => `${costs} ${costBps}`);

Deno.test("costLevels() begins with the configured level and has each other one once", () => {
  assert.deepEqual(names(), ["fixed 2", "fixed 0", "fixed 5", "spread 2"]);
  assert.deepEqual(names({ costs: "spread" }), ["spread 2", "fixed 2", "fixed 0", "fixed 5"]);
  assert.deepEqual(names({ comparedCostsBps: [3, 3], comparesSpreadCosts: false }), ["fixed 2", "fixed 3"]);
});

Deno.test("costLevels() charges fixed costs in every window alike, the configured fee, and none without costs", () => {
  const [configured, free, dear] = levels({ slippageBps: 3 });
  const costs = { commissionBps: 1, slippageBps: 3, borrowBpsPerYear: 50 };
  assert.deepEqual(configured.of(pair), [{ leg1: costs, leg2: costs }, { leg1: costs, leg2: costs }]);
  assert.deepEqual(free!.of(pair)[0]!.leg1, { commissionBps: 0, slippageBps: 0, borrowBpsPerYear: 0 });
  assert.deepEqual(dear!.of(pair)[1]!.leg2, { commissionBps: 2, slippageBps: 0, borrowBpsPerYear: 50 });
});

Deno.test("costLevels() by spread charges each leg its share of the window's spread, and the fixed slippage at least", () => {
  const slippages = (config: Record<string, unknown>) =>
    levels({ costs: "spread", ...config })[0].of(pair).map(({ leg1, leg2 }) => [leg1.slippageBps, leg2.slippageBps]);
  assert.deepEqual(slippages({}), [[15, 1], [1, 4]], "half of 30 and 8; 1 where half is less or nothing is known");
  assert.deepEqual(slippages({ spreadFactor: 1, slippageBps: 2 }), [[30, 2], [2, 8]]);
  assert.deepEqual(slippages({ spreadFactor: 0 }), [[1, 1], [1, 1]]);
});

Deno.test("costLevels() charges a ticker its own lending fee, at every level that has fees", () => {
  const fees = levels({ borrowBpsPerYearOf: { B: 900 } }).map((level) => {
    const { leg1, leg2 } = level.of(pair)[0]!;
    return [level.costs, level.costBps, leg1.borrowBpsPerYear, leg2.borrowBpsPerYear];
  });
  assert.deepEqual(fees, [["fixed", 2, 50, 900], ["fixed", 0, 0, 0], ["fixed", 5, 50, 900], ["spread", 2, 50, 900]]);
});

Deno.test("tradingBpsOf() is the mean of both legs in each window, and 0 outside", () => {
  const costs = levels({ costs: "spread" })[0].of(pair);
  assert.equal(tradingBps(costs[0]!), 9, "the mean of 1 + 15 and 1 + 1");
  assert.deepEqual([...tradingBpsOf(pair, costs)], [0, 0, 9, 9, 0, 3.5, 3.5, 3.5, 0]);
});
