import assert from "node:assert/strict";
import { portfolioDaily } from "../../../assets/backtests/portfolio_daily.ts";
import { walkForwardDaily } from "../../../assets/backtests/walk_forward_daily.ts";
import { walkForwardTrades } from "../../../assets/backtests/walk_forward_trades.ts";
import type { RowOf } from "../../../engine/mod.ts";
import { runChain } from "../../support/asset_chain.ts";
import { weekdays } from "../../support/bars.ts";
import { groupedMarket } from "../../support/grouped_market.ts";

type Row = RowOf<typeof portfolioDaily>;

const bars = groupedMarket(260);
const sessions = weekdays(260);
const windows = { formation_pairs: { formationSessions: 120, tradingSessions: 40 } };
async function make(config: Record<string, unknown> = {}) {
  const tables = await runChain(portfolioDaily, { bars, config: { ...windows, walk_forward_daily: config } });
  return { tables, rows: tables.rows(portfolioDaily) };
}
const { tables, rows } = await make({ cashRatePerYear: 0.04 });
const costOf = ({ costs, cost_bps }: Row) => costs === "spread" ? costs : cost_bps;
const seriesOf = (rows: Row[]) => [...Map.groupBy(rows, (row) => `${row.strategy} ${costOf(row)} ${row.weighting}`)];

Deno.test("portfolio_daily is made with walk_forward_daily", () => {
  assert.equal(portfolioDaily.recipe, undefined);
  assert.equal(walkForwardDaily.recipe!.outs.portfolio, portfolioDaily);
});

Deno.test("portfolio_daily has each rule at each cost level under both weightings, every session from the first traded one", () => {
  const series = seriesOf(rows);
  assert.equal(series.length, 8 * 4 * 2);
  for (const [, days] of series) assert.deepEqual(days.map((day) => day.session), sessions.slice(120));
  const lookingAhead = new Set(rows.filter((row) => row.looks_ahead).map((row) => row.strategy));
  assert.deepEqual(lookingAhead, new Set(["reference"]));
  const headline = new Set(
    rows.filter((row) => row.headline).map((row) => `${row.strategy} ${costOf(row)} ${row.weighting}`),
  );
  assert.deepEqual(headline, new Set(["rolling_trend 2 equal", "rolling_trend 2 volatility_scaled"]));
});

Deno.test("portfolio_daily compounds returns to equity, with its drawdown", () => {
  for (const [name, days] of seriesOf(rows)) {
    let equity = 1;
    let peak = 1;
    for (const day of days) {
      equity *= 1 + day.daily_return;
      peak = Math.max(peak, equity);
      assert.ok(Math.abs(day.equity - equity) < 1e-12, name);
      assert.ok(Math.abs(day.drawdown - (equity / peak - 1)) < 1e-12, name);
    }
  }
});

Deno.test("portfolio_daily holds in equal parts the pairs of walk_forward_daily", () => {
  const daily = tables.rows(walkForwardDaily);
  const own = rows.filter((row) => row.headline && row.weighting === "equal");
  for (const day of own) {
    const pairs = daily.filter((row) => row.session === day.session && row.strategy === "rolling_trend");
    assert.equal(day.allocated_pairs, pairs.length);
    const gross = pairs.reduce((sum, row) => sum + row.gross_exposure, 0) / pairs.length;
    assert.ok(day.gross_exposure <= gross + 1e-12, "the limit only lowers it");
  }
  const trades = tables.rows(walkForwardTrades).filter((row) => row.strategy === "rolling_trend");
  assert.equal(own.reduce((sum, day) => sum + day.entered_positions, 0), trades.length);
});

Deno.test("portfolio_daily earns less the more it costs", () => {
  const last = new Map(seriesOf(rows).map(([name, days]) => [name, days.at(-1)!]));
  for (const day of last.values()) {
    if (day.costs === "spread") continue;
    const dearer = last.get(`${day.strategy} ${day.cost_bps === 0 ? 2 : 5} ${day.weighting}`)!;
    if (day.cost_bps < 5) assert.ok(dearer.equity < day.equity, `${day.strategy} ${day.cost_bps} ${day.weighting}`);
  }
});

Deno.test("portfolio_daily keeps to its gross exposure at the close that it is set by", async () => {
  const limited = (await make({ maxGrossExposure: 0.25, comparedCostsBps: [] })).rows;
  const largest = Math.max(
    ...limited.filter((row) => row.strategy === "z_score_bands").map((row) => row.gross_exposure),
  );
  assert.ok(largest > 0.1 && largest < 0.27, `${largest}: a session's own move can exceed 0.25, by little`);
});

Deno.test("portfolio_daily stands beside cash and a benchmark", async () => {
  const [, days] = seriesOf(rows)[0]!;
  const elapsed = (Date.parse(sessions.at(-1)!) - Date.parse(sessions[119]!)) / 86_400_000;
  assert.ok(Math.abs(days.at(-1)!.cash_equity - 1.04 ** (elapsed / 365)) < 1e-12);
  const own = (await make({ benchmarkTicker: "A0", comparedCostsBps: [] })).rows;
  const close = new Map(bars.filter((bar) => bar.ticker === "A0").map((bar) => [bar.session, bar.close!]));
  for (const row of own) {
    assert.ok(Math.abs(row.benchmark_equity - close.get(row.session)! / close.get(sessions[119]!)!) < 1e-12);
  }
});
