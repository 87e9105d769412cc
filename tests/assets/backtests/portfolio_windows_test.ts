import assert from "node:assert/strict";
import { pairOutcomes } from "../../../assets/backtests/pair_outcomes.ts";
import { portfolioDaily } from "../../../assets/backtests/portfolio_daily.ts";
import { portfolioRecords } from "../../../assets/backtests/portfolio_records.ts";
import { portfolioWindows } from "../../../assets/backtests/portfolio_windows.ts";
import { strategyComparison } from "../../../assets/backtests/strategy_comparison.ts";
import { walkForwardDaily } from "../../../assets/backtests/walk_forward_daily.ts";
import { walkForwardTrades } from "../../../assets/backtests/walk_forward_trades.ts";
import { marketIndex } from "../../../assets/market/market_index.ts";
import { rawDailyBars } from "../../../assets/market/raw_daily_bars.ts";
import { sessions } from "../../../assets/market/sessions.ts";
import { walkForwardPairs } from "../../../assets/pairs/walk_forward_pairs.ts";
import { walkForwardWindows } from "../../../assets/pairs/walk_forward_windows.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { runChain } from "../../support/asset_chain.ts";
import { groupedMarket } from "../../support/grouped_market.ts";

// Windows begin in sessions 120, 160, 200 and 240; the last has 20 of its 40 sessions.
const tables = await runChain(walkForwardDaily, {
  bars: groupedMarket(260),
  config: { formation_pairs: { formationSessions: 120, tradingSessions: 40 } },
});
const windows = tables.rows(walkForwardWindows);
const rows = tables.rows(portfolioWindows);
const nameOf = (row: { strategy: string; costs: string; cost_bps: number; weighting: string }) =>
  `${row.strategy} ${row.costs} ${row.cost_bps} ${row.weighting}`;

Deno.test("portfolio_windows has the days of each finished window of each portfolio", () => {
  const days = Map.groupBy(tables.rows(portfolioDaily), nameOf);
  assert.equal(rows.length, days.size * 3);
  for (const row of rows) {
    const { trading_first_session: first, trading_last_session: last } = windows[row.window - 1]!;
    assert.equal(row.trading_first_session, first);
    const own = days.get(nameOf(row))!.filter(({ session }) => first <= session && session <= last);
    assert.equal(own.length, 40);
    for (const column of ["daily_return", "gross_exposure", "turnover", "entered_positions"] as const) {
      const values = [...new Float64Array(Uint8Array.fromBase64(row[column]).buffer)];
      assert.deepEqual(values, own.map((day) => day[column]));
    }
    const { equity, benchmark_equity, cash_equity, gross_exposure } = own.at(-1)!;
    assert.deepEqual([row.equity, row.benchmark_equity, row.cash_equity], [equity, benchmark_equity, cash_equity]);
    assert.equal(gross_exposure, 0, "a window ends without a position");
    const until = days.get(nameOf(row))!.filter(({ session }) => session <= last);
    assert.equal(row.peak_equity, Math.max(1, ...until.map((day) => day.equity)));
  }
  assert.ok(rows.some(({ peak_equity, equity }) => peak_equity > equity));
});

const inputs = {
  bars: tables.rows(rawDailyBars),
  sessions: tables.rows(sessions),
  pairs: tables.rows(walkForwardPairs),
  windows,
  index: tables.rows(marketIndex),
  groups: [],
};
const previous = {
  rows: tables.rows(walkForwardDaily),
  outs: { finished: rows, outcomes: tables.rows(pairOutcomes) },
};
const from = windows[3]!.trading_first_session;

Deno.test("portfolio_windows carries the walk-forward on: what follows is the same as from nothing", async () => {
  const later = <Row extends object>(some: readonly Row[], column: keyof Row & string) =>
    some.filter((row) => row[column] as string >= from);
  const made = await runAsset(walkForwardDaily, { inputs, previous });
  assert.deepEqual([made.from, made.outs.portfolio!.from, made.outs.trades!.from], [from, from, from]);
  assert.deepEqual(made.rows, later(tables.rows(walkForwardDaily), "session"));
  assert.deepEqual(made.outs.trades!.rows, later(tables.rows(walkForwardTrades), "entry_session"));
  assert.deepEqual(made.outs.portfolio!.rows, later(tables.rows(portfolioDaily), "session"));
  assert.deepEqual(made.outs.records!.rows, tables.rows(portfolioRecords));
  assert.deepEqual(made.outs.outcomes!.rows, tables.rows(pairOutcomes));
  assert.deepEqual(made.outs.finished!.rows, []);
});

Deno.test("portfolio_windows is what the walk-forward is carried on from", async () => {
  const changed = rows.map((row) => ({ ...row, equity: 2 * row.equity }));
  const made = await runAsset(walkForwardDaily, {
    inputs,
    previous: { ...previous, outs: { ...previous.outs, finished: changed } },
  });
  const now = tables.rows(portfolioDaily).filter(({ session }) => session >= from);
  made.outs.portfolio!.rows.forEach((row, i) => {
    assert.ok(Math.abs(row.equity as number / now[i]!.equity - 2) < 1e-12);
  });
});

Deno.test("portfolio_windows before a changed bar, session or pair are carried on from, later ones made again", async () => {
  const second = windows[1]!.trading_last_session;
  const fromOf = async (more: Partial<Parameters<typeof runAsset>[1]>) =>
    (await runAsset(walkForwardDaily, { inputs, previous, ...more })).from;
  const changedFrom = (what: string, date: string) => ({ previous: { ...previous, changedFrom: { [what]: date } } });
  assert.equal(await fromOf(changedFrom("bars", second)), windows[1]!.trading_first_session);
  assert.equal(
    await fromOf(changedFrom("index", windows[2]!.trading_first_session)),
    windows[2]!.trading_first_session,
  );
  assert.equal(await fromOf(changedFrom("sessions", windows[0]!.formation_first_session)), undefined);
  const [pair] = inputs.pairs.filter(({ window }) => window === 3);
  const pairs = inputs.pairs.map((row) => row === pair ? { ...row, spread_bps_1: 99 } : row);
  assert.equal(await fromOf({ inputs: { ...inputs, pairs } }), windows[2]!.trading_first_session);
  assert.equal(await fromOf({ config: { maxTickerShare: 0.5 } }), undefined);
});

Deno.test("portfolio_windows after a gap between windows are not carried on from, nor read in place of days", async () => {
  const without = <Row extends { window: number }>(some: readonly Row[]) => some.filter(({ window }) => window !== 3);
  const gapped = { ...inputs, pairs: without(inputs.pairs), windows: without(inputs.windows) };
  const whole = await runAsset(walkForwardDaily, { inputs: gapped });
  const stored = {
    rows: whole.rows,
    outs: { finished: whole.outs.finished!.rows, outcomes: whole.outs.outcomes!.rows },
  };
  const made = await runAsset(walkForwardDaily, { inputs: gapped, previous: stored });
  assert.equal(made.from, windows[1]!.trading_first_session);
  const portfolio = whole.outs.portfolio!.rows;
  assert.deepEqual(made.outs.portfolio!.rows, portfolio.filter((row) => row.session as string >= made.from!));
  assert.deepEqual(made.outs.records!.rows, whole.outs.records!.rows);
  const compared = async (of: typeof whole, windowRows: readonly object[], finished: readonly object[]) =>
    (await runAsset(strategyComparison, {
      inputs: {
        portfolio: of.outs.portfolio!.rows,
        finished,
        outcomes: of.outs.outcomes!.rows,
        settings: of.outs.settings!.rows,
        trials: [],
        windows: windowRows,
      },
    })).rows;
  assert.deepEqual(
    await compared(whole, gapped.windows, whole.outs.finished!.rows),
    await compared(whole, gapped.windows, []),
  );
  const all = await runAsset(walkForwardDaily, { inputs });
  assert.deepEqual(await compared(all, windows, all.outs.finished!.rows), await compared(all, windows, []));
});

Deno.test("portfolio_windows are carried on from in a window without a pair", async () => {
  const pairs = inputs.pairs.filter(({ window }) => window < 4);
  const whole = await runAsset(walkForwardDaily, { inputs: { ...inputs, pairs } });
  const stored = {
    rows: whole.rows,
    outs: { finished: whole.outs.finished!.rows, outcomes: whole.outs.outcomes!.rows },
  };
  const made = await runAsset(walkForwardDaily, { inputs: { ...inputs, pairs }, previous: stored });
  assert.deepEqual([made.from, made.rows], [from, []]);
  const later = whole.outs.portfolio!.rows.filter((row) => row.session as string >= from);
  assert.ok(later.length > 0);
  assert.deepEqual(made.outs.portfolio!.rows, later);
  assert.deepEqual(made.outs.records!.rows, whole.outs.records!.rows);
  assert.deepEqual(made.outs.outcomes!.rows, whole.outs.outcomes!.rows);
});
