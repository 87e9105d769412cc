import assert from "node:assert/strict";
import { pairMetrics } from "../../../assets/backtests/pair_metrics.ts";
import { pairSignals } from "../../../assets/backtests/pair_signals.ts";
import { pairTrades } from "../../../assets/backtests/pair_trades.ts";
import { referenceStrategy } from "../../../quant/mod.ts";
import { weekdays } from "../../support/bars.ts";
import { cleanPriceRows, reverting, walk } from "../../support/closes.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { chosenPairRows } from "./chosen_pair_rows.ts";

const n = 300;
const a = walk(1, n);
const spread = reverting(2, n);
const closes = { A: a, B: a.map((close, t) => 2 * close + spread[t]!), C: walk(3, n) };

Deno.test("pair_metrics is made with pair_trades", () => {
  assert.equal(pairMetrics.recipe, undefined);
  assert.equal(pairTrades.recipe!.outs.metrics, pairMetrics);
});

Deno.test("pair_metrics sums up each chosen pair's backtest, from signals to totals", async () => {
  const prices = cleanPriceRows(closes);
  const pairs = chosenPairRows(["A", "B"], ["B", "C"]);
  const signals = await runAsset(pairSignals, { inputs: { prices, pairs } });
  const { rows, outs } = await runAsset(pairTrades, { inputs: { prices, signals: signals.rows } });
  const metrics = outs.metrics!.rows;
  assert.deepEqual(metrics.map((row) => [row.ticker_1, row.ticker_2]), [["A", "B"], ["B", "C"]]);
  const sessions = weekdays(n);
  for (const metric of metrics) {
    const [first, second] = [metric.ticker_1, metric.ticker_2] as [keyof typeof closes, keyof typeof closes];
    const { totals } = referenceStrategy({ price1: closes[first], price2: closes[second], sessions });
    assert.deepEqual(metric, {
      ticker_1: first,
      ticker_2: second,
      first_session: sessions[0],
      last_session: sessions.at(-1),
      total_return: totals.totalReturn,
      annualized_return: totals.annualizedReturn,
      max_drawdown: totals.maxDrawdown,
    });
    const budgets = rows.filter((row) => row.ticker_1 === first).map((row) => row.budget);
    assert.ok(Math.abs(Number(metric.total_return) - (budgets.at(-1)! / 100_000 - 1)) < 1e-12);
    assert.ok(Number(metric.max_drawdown) < 0);
  }
});

Deno.test("pair_metrics of a pair that is never traded are zero", async () => {
  const flat = { A: walk(1, 5), B: walk(2, 5) };
  const prices = cleanPriceRows(flat);
  const signals = await runAsset(pairSignals, { inputs: { prices, pairs: chosenPairRows(["A", "B"]) } });
  const { outs } = await runAsset(pairTrades, { inputs: { prices, signals: signals.rows } });
  const [metric] = outs.metrics!.rows;
  assert.deepEqual([metric!.total_return, metric!.annualized_return, metric!.max_drawdown], [0, 0, 0]);
});
