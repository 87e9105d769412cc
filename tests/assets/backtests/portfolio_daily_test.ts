import assert from "node:assert/strict";
import { portfolioDaily } from "../../../assets/backtests/portfolio_daily.ts";
import { walkForwardDaily } from "../../../assets/backtests/walk_forward_daily.ts";
import { walkForwardTrades } from "../../../assets/backtests/walk_forward_trades.ts";
import { marketIndex } from "../../../assets/market/market_index.ts";
import { walkForwardPairs } from "../../../assets/pairs/walk_forward_pairs.ts";
import { tradedBars } from "../../../assets/market/traded_bars.ts";
import { walkForwardWindows } from "../../../assets/pairs/walk_forward_windows.ts";
import type { RowOf } from "../../../engine/mod.ts";
import {
  convergenceReturns,
  defaultStrategyNames,
  equalRiskContribution,
  factorResiduals,
  formationCovariance,
  sharpeLowerEnd,
  sharpeSample,
} from "../../../quant/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { runChain } from "../../support/asset_chain.ts";
import { sessionRows, weekdays } from "../../support/bars.ts";
import { columnsOf } from "../../support/market_of.ts";
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

Deno.test("portfolio_daily has each rule at each cost level under every weighting, each session from the first traded one", () => {
  const series = seriesOf(rows);
  assert.equal(series.length, 9 * 4 * 3);
  for (const [, days] of series) assert.deepEqual(days.map((day) => day.session), sessions.slice(120));
  const lookingAhead = new Set(rows.filter((row) => row.looks_ahead).map((row) => row.strategy));
  assert.deepEqual(lookingAhead, new Set(["reference"]));
  const headline = new Set(
    rows.filter((row) => row.headline).map((row) => `${row.strategy} ${costOf(row)} ${row.weighting}`),
  );
  assert.deepEqual(
    headline,
    new Set(
      ["equal", "volatility_scaled", "equal_risk_contribution"].map((weighting) => `best_record 2 ${weighting}`),
    ),
  );
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
  const own = rows.filter((row) => row.strategy === "rolling_trend" && costOf(row) === 2 && row.weighting === "equal");
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

Deno.test("portfolio_daily has the weightings that are set, each as it is beside the others", async () => {
  const set = (await make({ cashRatePerYear: 0.04, weightings: ["equal", "volatility_scaled", "equal"] })).rows;
  assert.deepEqual(set, rows.filter((row) => row.weighting !== "equal_risk_contribution"));
});

/** A market with windows after a record that is long enough to be judged. */
const longer = groupedMarket(360);
const runFollowed = async (config: Record<string, unknown>) => {
  const tables = await runChain(portfolioDaily, { bars: longer, config: { ...windows, walk_forward_daily: config } });
  return { tables, rows: tables.rows(portfolioDaily) };
};
const { tables: followedTables } = await runFollowed({ comparedCostsBps: [] });

/** Closes of a ticker in sessions [from, to), in the shares of the last of them. */
function closesOf(ticker: string, from: number, to: number): Float64Array {
  const own = new Map(bars.filter((bar) => bar.ticker === ticker).map((bar) => [bar.session, bar]));
  let shares = 1;
  return Float64Array.from(
    sessions.slice(from, to).reverse().map((session) => {
      const close = (own.get(session)?.close ?? NaN) / shares;
      shares *= own.get(session)?.split ?? 1;
      return close;
    }).reverse(),
  );
}

Deno.test("portfolio_daily by equal risk contribution holds in each window the shares that its formation gives", async () => {
  // Wide enough that no weight shrinks, and without cash, so that a return is the sum of the pairs'.
  const { tables, rows } = await make({ maxGrossExposure: 20, comparedCostsBps: [] });
  const daily = Map.groupBy(
    tables.rows(walkForwardDaily).filter((row) => row.strategy === "z_score_bands"),
    ({ session }) => session,
  );
  const own = new Map(
    rows.filter((row) =>
      row.strategy === "z_score_bands" && row.costs === "fixed" && row.weighting === "equal_risk_contribution"
    ).map((row) => [row.session, row]),
  );
  let unequal = 0;
  for (const [window, pairs] of Map.groupBy(tables.rows(walkForwardPairs), ({ window }) => window)) {
    const start = sessions.indexOf(pairs[0]!.formation_first_session);
    const end = sessions.indexOf(pairs[0]!.trading_first_session);
    const returns = pairs.map((pair) =>
      convergenceReturns(closesOf(pair.ticker_1, start, end), closesOf(pair.ticker_2, start, end), pair)
    );
    const covariance = formationCovariance(returns);
    const shares = equalRiskContribution(covariance);
    const risks = shares.map((share, i) =>
      share * covariance[i]!.reduce((sum, value, j) => sum + value * shares[j]!, 0)
    );
    for (const risk of risks) assert.ok(Math.abs(risk / risks[0]! - 1) < 1e-6);
    const share = new Map(pairs.map((pair, i) => [`${pair.ticker_1} ${pair.ticker_2}`, shares[i]!]));
    for (const session of sessions.filter((one) => one >= sessions[end]! && one <= pairs[0]!.trading_last_session)) {
      const held = daily.get(session)!;
      assert.deepEqual(new Set(held.map((row) => row.window)), new Set([window]));
      const sum = (column: "daily_return" | "gross_exposure") =>
        held.reduce((sum, row) => sum + share.get(`${row.ticker_1} ${row.ticker_2}`)! * row[column], 0);
      assert.ok(Math.abs(own.get(session)!.daily_return - sum("daily_return")) < 1e-15, session);
      assert.ok(Math.abs(own.get(session)!.gross_exposure - sum("gross_exposure")) < 1e-12, session);
    }
    if (Math.max(...shares) > 1.2 * Math.min(...shares)) unequal++;
  }
  assert.ok(unequal > 1, `${unequal} windows of unequal shares`);
});

const sectors = { A0: "Energy", A1: "Energy", A2: "Energy", A3: "Energy", B0: "Health", B1: "Health" };

Deno.test("portfolio_daily keeps tickers and sectors within their shares of the gross exposure, and says where they bind", async () => {
  const limits = { maxTickerShare: 0.08, maxSectorShare: 0.15, sectors, comparedCostsBps: [] };
  const { tables } = await make(limits);
  const inputs = {
    bars,
    sessions: sessionRows(bars),
    pairs: tables.rows(walkForwardPairs),
    windows: tables.rows(walkForwardWindows),
    index: tables.rows(marketIndex),
  };
  const traded = async (config: Record<string, unknown>, groups: readonly object[] = []) => {
    const { portfolio } = (await runAsset(walkForwardDaily, { inputs: { ...inputs, groups }, config })).outs;
    return { metadata: portfolio!.metadata, rows: portfolio!.rows as Row[] };
  };
  const free = await traded({ comparedCostsBps: [] });
  assert.equal(free.metadata.limited_sessions, undefined);
  const limited = await traded(limits);
  assert.deepEqual(limited.rows, tables.rows(portfolioDaily));
  const { max_ticker_share, max_sector_share, tickers_traded, tickers_without_sector } = limited.metadata;
  assert.deepEqual([max_ticker_share, max_sector_share].map((value) => value!.type === "number" && value!.value), [
    0.08,
    0.15,
  ]);
  const legs = new Set(inputs.pairs.flatMap(({ ticker_1, ticker_2 }) => [ticker_1, ticker_2]));
  const unknown = [...legs].filter((ticker) => !Object.hasOwn(sectors, ticker)).length;
  assert.ok(unknown > 0);
  assert.deepEqual([tickers_traded, tickers_without_sector], [
    { type: "number", value: legs.size },
    { type: "number", value: unknown },
  ]);
  const table = limited.metadata.limited_sessions!;
  assert.ok(table.type === "table");
  assert.deepEqual(table.columns, ["strategy", "costs", "cost_bps", "weighting", "ticker", "sector"]);
  assert.equal(table.rows.length, 9 * 2 * 3);
  const gross = (rows: Row[], of: readonly unknown[]) =>
    rows.filter((row) => [row.strategy, row.costs, row.cost_bps, row.weighting].every((value, i) => value === of[i]))
      .map((row) => row.gross_exposure);
  const bound: unknown[] = [];
  for (const [strategy, costs, costBps, weighting, ticker, sector] of table.rows) {
    const of = [strategy, costs, costBps, weighting];
    const [before, after] = [gross(free.rows, of), gross(limited.rows, of)];
    const lower = after.filter((value, t) => value < before[t]! - 1e-12).length;
    assert.ok(after.every((value, t) => value <= before[t]! + 1e-12), "nothing is given to other pairs");
    assert.ok(lower <= Number(ticker) + Number(sector), `${of}: ${lower}, ${ticker} and ${sector} sessions`);
    if (lower > 0) bound.push(strategy);
  }
  assert.ok(new Set(bound).size >= 5, `${new Set(bound).size} strategies are limited`);
  for (const column of [4, 5]) assert.ok(table.rows.some((row) => Number(row[column]) > 0), table.columns[column]);

  // A known group counts where the settings name none, and a limit by tickers alone needs none.
  const groups = [...legs].map((ticker) => ({
    ticker,
    group: ticker.startsWith("C") ? "Utilities" : "Energy",
    source: "listing",
  }));
  const known = await traded({ ...limits, sectors: {} }, groups);
  assert.deepEqual(known.metadata.tickers_without_sector, { type: "number", value: 0 });
  const byTicker = (await traded({ maxTickerShare: 0.08, comparedCostsBps: [] })).metadata;
  assert.deepEqual(Object.keys(byTicker).filter((name) => name.includes("sector")), []);
  assert.ok(
    byTicker.limited_sessions!.type === "table" && byTicker.limited_sessions!.rows.every((row) => row[5] === null),
  );
});

Deno.test("portfolio_daily trades as best_record in each window what had the best record before it, at every cost level", async () => {
  const { tables, rows } = await runFollowed({});
  const windowRows = tables.rows(walkForwardWindows);
  const own = (strategy: string, cost: unknown, weighting: string) =>
    rows.filter((row) => row.strategy === strategy && costOf(row) === cost && row.weighting === weighting);
  const picks = windowRows.map(({ trading_first_session: from }) => {
    const records = defaultStrategyNames.map((strategy) => {
      const days = own(strategy, 2, "equal").filter(({ session }) => session < from);
      const positions = days.reduce((sum, day) => sum + day.entered_positions, 0);
      if (days.length < 126 || positions < 20) return -Infinity;
      return sharpeLowerEnd(sharpeSample(Float64Array.from(days, (day) => day.daily_return - day.cash_return)));
    });
    const best = Math.max(...records);
    return best === -Infinity ? "rolling_trend" : defaultStrategyNames[records.indexOf(best)]!;
  });
  assert.ok(picks.slice(0, 4).every((name) => name === "rolling_trend"), "120 sessions are no record");
  assert.ok(new Set(picks).size > 1, `${picks} are all alike`);
  for (const cost of [0, 2, 5, "spread"]) {
    const followed = own("best_record", cost, "equal");
    assert.equal(followed.some(({ headline }) => headline), cost === 2);
    windowRows.forEach(({ trading_first_session: first, trading_last_session: last }, i) => {
      const within = (days: Row[]) => days.filter(({ session }) => session >= first && session <= last);
      const picked = within(own(picks[i]!, cost, "equal"));
      within(followed).forEach((day, t) => {
        for (const column of ["daily_return", "gross_exposure", "turnover", "entered_positions"] as const) {
          assert.equal(day[column], picked[t]![column], `${column} at ${cost} in ${day.session}`);
        }
      });
    });
  }
});

Deno.test("portfolio_daily says which strategy its headline follows, and has no best_record where one is set", async () => {
  const run = async (config: Record<string, unknown>) => {
    const inputs = {
      bars: longer,
      sessions: sessionRows(longer),
      pairs: followedTables.rows(walkForwardPairs),
      windows: followedTables.rows(walkForwardWindows),
      index: followedTables.rows(marketIndex),
      groups: [],
    };
    return await runAsset(walkForwardDaily, { inputs, config: { comparedCostsBps: [], ...config } });
  };
  const byRecord = await run({});
  const follows = byRecord.outs.portfolio!.metadata.headline_follows!;
  assert.ok(follows.type === "table");
  assert.deepEqual(follows.columns, ["window", "from", "strategy"]);
  assert.equal(follows.rows.length, followedTables.rows(walkForwardWindows).length);
  assert.deepEqual(byRecord.metadata.headline_now, { type: "text", value: follows.rows.at(-1)![2] });
  const fixed = await run({ defaultStrategy: "ou_thresholds" });
  const headlines = (fixed.outs.portfolio!.rows as Row[]).filter(({ headline }) => headline);
  assert.deepEqual(new Set(headlines.map(({ strategy }) => strategy)), new Set(["ou_thresholds"]));
  assert.deepEqual(fixed.metadata.headline_now, { type: "text", value: "ou_thresholds" });
  assert.ok((fixed.outs.portfolio!.rows as Row[]).every(({ strategy }) => strategy !== "best_record"));
});

Deno.test("portfolio_daily has residuals on principal components where they are set, at every cost level, and else nothing changed", async () => {
  const settings = { factors: 2, scoreSessions: 20, positionShare: 0.1, maxHalfLifeSessions: 30 };
  const { tables, rows: all } = await make({ cashRatePerYear: 0.04, factorResiduals: settings });
  const [own, others] = [true, false].map((is) => all.filter((row) => (row.strategy === "factor_residuals") === is));
  assert.deepEqual(others, rows);
  assert.equal(own!.length, 4 * sessions.slice(120).length);
  assert.deepEqual(
    new Set(own!.map(({ weighting, headline }) => `${weighting} ${headline}`)),
    new Set(["equal false"]),
  );

  const legs = new Map([
    ...tradedBars({ ...columnsOf(bars), occurrence: Float64Array.from(bars, (bar) => bar.occurrence) }).legs,
  ]);
  const windowRows = tables.rows(walkForwardWindows);
  const at = (session: string) => sessions.indexOf(session);
  const market = {
    sessions,
    legs,
    windows: windowRows.map((window) => {
      const [start, end] = [at(window.formation_first_session), at(window.trading_first_session)];
      // C3 stops trading, and cleaning leaves it out of later formations.
      const isTraded = (ticker: string) => legs.get(ticker)!.close.subarray(end - 5, end).some((close) => close > 0);
      return {
        formationStart: start,
        tradingStart: end,
        tradingEnd: at(window.trading_last_session) + 1,
        complete: window.complete,
        tickers: [...legs.keys()].filter(isTraded),
      };
    }),
  };
  const costs = () => ({ commissionBps: 1, slippageBps: 1, borrowBpsPerYear: 50 });
  const [expected] = factorResiduals(market, [costs], { ...settings, maxGrossExposure: 2 });
  const days = own!.filter((row) => costOf(row) === 2);
  days.forEach((day, t) => {
    const idle = Math.max(0, 1 - (t === 0 ? 0 : expected!.longExposure[119 + t]!)) * day.cash_return;
    assert.ok(Math.abs(day.daily_return - expected!.dailyReturn[120 + t]! - idle) < 1e-12, day.session);
    assert.equal(day.gross_exposure, expected!.grossExposure[120 + t]!);
    assert.equal(day.entered_positions, expected!.entered[120 + t]!);
  });
  assert.ok(days.some(({ gross_exposure }) => gross_exposure > 0));
  const last = (cost: unknown) => own!.filter((row) => costOf(row) === cost).at(-1)!.equity;
  assert.ok(last(0) > last(2) && last(2) > last(5) && last(2) > last("spread"));
});
