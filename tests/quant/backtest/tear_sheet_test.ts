import assert from "node:assert/strict";
import { tearSheet } from "../../../quant/backtest/tear_sheet.ts";
import { sharpeRatio, totalReturn } from "../../../quant/performance/mod.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import { normals } from "./generated_pair.ts";

const normal = normals(pseudoRandom(7));
const market = Float64Array.from({ length: 500 }, () => 0.01 * normal());
const prices = new Float64Array(501).fill(50);
market.forEach((value, t) => prices[t + 1] = prices[t]! * (1 + value));
const luck = { trials: 1, trialVariance: 0 };

Deno.test("tearSheet() finds beta, alpha and correlation against a benchmark in excess of cash", () => {
  const cash = 0.0001;
  // Exactly 0.5 of the market's excess plus 2 basis points a session.
  const dailyReturn = market.map((value) => cash + 0.5 * (value - cash) + 0.0002);
  const { benchmark, cashTotalReturn } = tearSheet({ dailyReturn, cashReturn: cash, benchmarkPrice: prices, ...luck });
  assert.ok(Math.abs(benchmark!.beta - 0.5) < 1e-9);
  assert.ok(Math.abs(benchmark!.alphaPerYear - 0.0002 * 252) < 1e-9);
  assert.ok(Math.abs(benchmark!.correlation - 1) < 1e-9);
  assert.ok(Math.abs(benchmark!.totalReturn - totalReturn(prices)) < 1e-12);
  assert.ok(Math.abs(cashTotalReturn - (1.0001 ** 500 - 1)) < 1e-12);
  const short = tearSheet({ dailyReturn: market.map((value) => -value), benchmarkPrice: prices, ...luck }).benchmark!;
  assert.ok(Math.abs(short.correlation + 1) < 1e-9 && Math.abs(short.beta + 1) < 1e-9);
});

Deno.test("tearSheet() takes the Sharpe ratio in excess of cash, constant or varying", () => {
  const cash = market.map((_, t) => t % 2 ? 0.0002 : 0);
  const varying = tearSheet({ dailyReturn: market, cashReturn: cash, ...luck });
  assert.equal(varying.sharpe, sharpeRatio(market.map((value, t) => value - cash[t]!)));
  const constant = tearSheet({ dailyReturn: market, cashReturn: 0.0001, ...luck });
  assert.ok(Math.abs(constant.sharpe - sharpeRatio(market, { cashReturnPerSession: 0.0001 })) < 1e-12);
  assert.equal(varying.totalReturn, constant.totalReturn);
});

Deno.test("tearSheet() deflates the Sharpe ratio the more, the more was tried", () => {
  const dailyReturn = market.map((value) => value + 0.001);
  const deflated = [1, 20, 400].map((trials) => tearSheet({ dailyReturn, trials, trialVariance: 0.002 }));
  const [one, some, many] = deflated.map(({ deflatedSharpe }) => deflatedSharpe!);
  assert.ok(one! > some! && some! > many!, `${one} ${some} ${many}`);
  assert.deepEqual(deflated.map(({ trials }) => trials), [1, 20, 400]);
  assert.equal(deflated[0]!.expectedMaximumSharpe, 0);
});

Deno.test("tearSheet() states the example of Bailey and López de Prado's threshold a year", () => {
  // 100 trials with an annual variance of ½, of years that they count as 250 sessions: 0.1132 a session.
  const { expectedMaximumSharpe } = tearSheet({ dailyReturn: market, trials: 100, trialVariance: 0.5 / 250 });
  assert.ok(Math.abs(expectedMaximumSharpe / Math.sqrt(252) - 0.1132) < 5e-5);
});

Deno.test("tearSheet() of returns that never vary has no deflated Sharpe ratio", () => {
  const sheet = tearSheet({ dailyReturn: new Float64Array(10), trials: 5, trialVariance: 0.01 });
  assert.deepEqual([sheet.deflatedSharpe, sheet.sharpe, sheet.totalReturn, sheet.maxDrawdown], [null, 0, 0, 0]);
});

Deno.test("tearSheet() counts trades, exposure and turnover where they are given", () => {
  const dailyReturn = Float64Array.of(0.01, -0.01, 0, 0.02);
  const sheet = tearSheet({
    dailyReturn,
    grossExposure: Float64Array.of(2, 2, 0, 1),
    turnover: Float64Array.of(2, 0, 2, 1),
    tradeOutcomes: Float64Array.of(5, -2, 3),
    ...luck,
  });
  assert.deepEqual(
    [sheet.trades, sheet.tradeProfitFactor, sheet.meanGrossExposure, sheet.timeInMarket, sheet.turnoverPerYear],
    [3, 4, 1.25, 0.75, 315],
  );
  const without = tearSheet({ dailyReturn, ...luck });
  assert.deepEqual([without.trades, without.meanGrossExposure, without.turnoverPerYear, without.benchmark], [
    NaN,
    NaN,
    NaN,
    null,
  ]);
});

Deno.test("tearSheet() repeats a missing benchmark price and has no beta against one that never moves", () => {
  const dailyReturn = Float64Array.of(0.01, -0.01, 0.02);
  const gap = tearSheet({ dailyReturn, benchmarkPrice: Float64Array.of(100, NaN, 110, 121), ...luck }).benchmark!;
  const filled = tearSheet({ dailyReturn, benchmarkPrice: Float64Array.of(100, 100, 110, 121), ...luck }).benchmark!;
  assert.deepEqual(gap, filled);
  const still = tearSheet({ dailyReturn, benchmarkPrice: new Float64Array(4).fill(7), ...luck }).benchmark!;
  assert.deepEqual(still, { totalReturn: 0, beta: NaN, alphaPerYear: NaN, correlation: NaN });
});

Deno.test("tearSheet() refuses too few returns and columns that do not match", () => {
  const dailyReturn = Float64Array.of(0.01, -0.01, 0.02);
  assert.throws(() => tearSheet({ dailyReturn: Float64Array.of(0.1), ...luck }), RangeError);
  assert.throws(() => tearSheet({ dailyReturn: Float64Array.of(0.1, NaN), ...luck }), RangeError);
  assert.throws(() => tearSheet({ dailyReturn, cashReturn: new Float64Array(2), ...luck }), /Cash has 2 returns for 3/);
  assert.throws(
    () => tearSheet({ dailyReturn, turnover: new Float64Array(2), ...luck }),
    /turnover has 2 values for 3/,
  );
  assert.throws(
    () => tearSheet({ dailyReturn, benchmarkPrice: new Float64Array(3), ...luck }),
    /3 prices for 3 returns/,
  );
  assert.throws(() => tearSheet({ dailyReturn, benchmarkPrice: new Float64Array(4), ...luck }), /starts at 0/);
  assert.throws(() => tearSheet({ dailyReturn, trials: 0, trialVariance: 0 }), RangeError);
});

Deno.test("tearSheet() of fewer than two returns says that returns are missing", () => {
  for (const n of [0, 1]) {
    assert.throws(
      () => tearSheet({ dailyReturn: new Float64Array(n), trials: 1, trialVariance: 0 }),
      { name: "RangeError", message: `A tear sheet needs at least 2 returns, not ${n}.` },
    );
  }
});
