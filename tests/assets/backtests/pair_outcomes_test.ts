import assert from "node:assert/strict";
import { pairOutcomes } from "../../../assets/backtests/pair_outcomes.ts";
import { walkForwardDaily } from "../../../assets/backtests/walk_forward_daily.ts";
import { walkForwardTrades } from "../../../assets/backtests/walk_forward_trades.ts";
import { sharpeSample } from "../../../quant/mod.ts";
import { runChain } from "../../support/asset_chain.ts";
import { groupedMarket } from "../../support/grouped_market.ts";

const config = { formation_pairs: { formationSessions: 120, tradingSessions: 40 } };
const tables = await runChain(pairOutcomes, { bars: groupedMarket(260), config });
const rows = tables.rows(pairOutcomes);
const daily = tables.rows(walkForwardDaily);

Deno.test("pair_outcomes sums up the days of each pair under each strategy at the configured costs", () => {
  const configured = rows.filter((row) => row.costs === "fixed" && row.cost_bps === 2 && row.fills_at === "next_open");
  const byPair = Map.groupBy(daily, (row) => `${row.strategy} ${row.ticker_1} ${row.ticker_2}`);
  assert.equal(configured.length, byPair.size);
  const trades = tables.rows(walkForwardTrades);
  for (const row of configured) {
    const days = byPair.get(`${row.strategy} ${row.ticker_1} ${row.ticker_2}`)!;
    const returns = Float64Array.from(days, (day) => day.daily_return);
    assert.equal(row.sessions, days.length);
    assert.ok(Math.abs(row.total_return - (days.at(-1)!.equity / 100_000 - 1)) < 1e-9);
    const moved = returns.some((value) => value !== 0);
    assert.equal(row.session_sharpe, moved ? sharpeSample(returns).sharpe : 0);
    const own = trades.filter((trade) =>
      trade.strategy === row.strategy && trade.ticker_1 === row.ticker_1 && trade.ticker_2 === row.ticker_2
    );
    assert.equal(row.positions, own.length);
  }
  assert.ok(configured.some((row) => row.session_sharpe !== 0));
});

Deno.test("pair_outcomes has every rule at every cost level, dearer ones earning less", () => {
  const levels = new Set(rows.map((row) => `${row.costs} ${row.cost_bps}`));
  assert.deepEqual(levels, new Set(["fixed 0", "fixed 2", "fixed 5", "spread 2"]));
  assert.equal(new Set(rows.map((row) => row.strategy)).size, 8);
  const at = (row: typeof rows[number], costBps: number) =>
    rows.find((other) =>
      other.costs === "fixed" && other.cost_bps === costBps && other.strategy === row.strategy &&
      other.ticker_1 === row.ticker_1 && other.ticker_2 === row.ticker_2
    )!;
  for (const row of rows.filter((row) => row.positions > 0)) {
    assert.ok(at(row, 5).total_return < at(row, 0).total_return);
  }
});

Deno.test("pair_outcomes takes from the Sharpe ratio what cash would have earned on the long leg", async () => {
  const rich = await runChain(pairOutcomes, {
    bars: groupedMarket(260),
    config: { ...config, walk_forward_daily: { cashRatePerYear: 0.05 } },
  });
  let lower = 0;
  rich.rows(pairOutcomes).forEach((row, i) => {
    assert.equal(row.total_return, rows[i]!.total_return, "the pair's own account earns no interest");
    if (row.positions === 0) assert.equal(row.session_sharpe, rows[i]!.session_sharpe);
    else if (row.session_sharpe < rows[i]!.session_sharpe) lower++;
  });
  assert.ok(lower > rows.length / 2);
});
