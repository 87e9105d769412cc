import assert from "node:assert/strict";
import { portfolioDaily } from "../../../assets/backtests/portfolio_daily.ts";
import { portfolioRecords } from "../../../assets/backtests/portfolio_records.ts";
import { sharpeSample } from "../../../quant/mod.ts";
import { runChain } from "../../support/asset_chain.ts";
import { groupedMarket } from "../../support/grouped_market.ts";

const config = { formation_pairs: { formationSessions: 120, tradingSessions: 40 } };

Deno.test("portfolio_records sums up the days of each portfolio", async () => {
  const tables = await runChain(portfolioRecords, { bars: groupedMarket(260), config });
  const nameOf = (row: { strategy: string; costs: string; cost_bps: number; weighting: string }) =>
    `${row.strategy} ${row.costs} ${row.cost_bps} ${row.weighting}`;
  const byName = Map.groupBy(tables.rows(portfolioDaily), nameOf);
  const records = tables.rows(portfolioRecords);
  assert.deepEqual(new Set(records.map(nameOf)), new Set(byName.keys()));
  for (const record of records) {
    const days = byName.get(nameOf(record))!;
    assert.deepEqual(
      [record.first_session, record.last_session, record.sessions, record.fills_at],
      [days[0]!.session, days.at(-1)!.session, days.length, days[0]!.fills_at],
    );
    assert.equal(record.total_return, days.at(-1)!.equity - 1);
    const excess = Float64Array.from(days, (day) => day.daily_return - day.cash_return);
    const varies = excess.some((value) => value !== excess[0]);
    assert.equal(record.session_sharpe, varies ? sharpeSample(excess).sharpe : 0);
  }
  assert.ok(records.some((record) => record.session_sharpe !== 0));
});

Deno.test("portfolio_records has no portfolio of fewer than two sessions", async () => {
  const sessions = (count: number) =>
    runChain(portfolioRecords, { bars: groupedMarket(count), config }).then((tables) => ({
      days: new Set(tables.rows(portfolioDaily).map(({ session }) => session)).size,
      records: tables.rows(portfolioRecords).length,
    }));
  assert.deepEqual(await sessions(121), { days: 1, records: 0 });
  const two = await sessions(122);
  assert.equal(two.days, 2);
  assert.ok(two.records > 0);
});
