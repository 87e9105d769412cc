import assert from "node:assert/strict";
import { pairOutcomes } from "../../../assets/backtests/pair_outcomes.ts";
import { portfolioDaily } from "../../../assets/backtests/portfolio_daily.ts";
import { strategyComparison } from "../../../assets/backtests/strategy_comparison.ts";
import { walkForwardPairs } from "../../../assets/pairs/walk_forward_pairs.ts";
import { walkForwardWindows } from "../../../assets/pairs/walk_forward_windows.ts";
import {
  backtestOverfitting,
  deflatedSharpeRatio,
  expectedMaximumSharpe,
  performanceBands,
  sharpeSample,
  sharpeTrials,
  tearSheet,
} from "../../../quant/mod.ts";
import { runChain } from "../../support/asset_chain.ts";
import { weekdays } from "../../support/bars.ts";
import { groupedMarket } from "../../support/grouped_market.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const tables = await runChain(strategyComparison, {
  bars: groupedMarket(260),
  config: {
    formation_pairs: { formationSessions: 120, tradingSessions: 40 },
    walk_forward_daily: { cashRatePerYear: 0.03 },
  },
});
const rows = tables.rows(strategyComparison);
const portfolio = tables.rows(portfolioDaily);
/** What tells costs apart. */
const costOf = ({ costs, cost_bps }: { costs: string; cost_bps: number }) => costs === "spread" ? costs : `${cost_bps}`;
const pairs = new Set(tables.rows(walkForwardPairs).map((row) => `${row.ticker_1} ${row.ticker_2}`));
const tested = tables.rows(walkForwardWindows).reduce((sum, row) => sum + row.pairs_tested, 0);

Deno.test("strategy_comparison has every strategy at every cost level and weighting, the reference labelled", () => {
  // Six strategies, what follows the best of them, the traditional bands and the reference.
  assert.equal(rows.length, 9 * 4 * 3);
  assert.deepEqual(new Set(rows.map(costOf)), new Set(["0", "2", "5", "spread"]));
  for (const row of rows) {
    assert.equal(row.looks_ahead, row.strategy === "reference");
    assert.equal(row.fills_at === "signal_close", ["reference", "traditional_bands"].includes(row.strategy));
  }
});

Deno.test("strategy_comparison sums up portfolio_daily", () => {
  for (const row of rows) {
    const days = portfolio.filter((day) =>
      day.strategy === row.strategy && costOf(day) === costOf(row) && day.weighting === row.weighting
    );
    const returns = Float64Array.from(days, (day) => day.daily_return);
    const sheet = tearSheet({ dailyReturn: returns, trials: 1, trialVariance: 0 });
    assert.ok(Math.abs(row.total_return - (days.at(-1)!.equity - 1)) < 1e-12);
    assert.equal(row.max_drawdown, sheet.maxDrawdown);
    assert.equal(row.volatility, sheet.volatility);
    assert.ok(row.sharpe! < sheet.sharpe, "cash is taken off");
    assert.ok(Math.abs(row.cash_total_return - (days.at(-1)!.cash_equity - 1)) < 1e-12);
    assert.ok(Math.abs(row.benchmark_total_return - (days.at(-1)!.benchmark_equity - 1)) < 1e-12);
    assert.deepEqual([row.first_session, row.last_session, row.sessions], [
      days[0]!.session,
      days.at(-1)!.session,
      140,
    ]);
  }
});

Deno.test("strategy_comparison deflates for the settings of the same costs, and more for each pair under each strategy", () => {
  for (const cost of ["0", "2", "5", "spread"]) {
    const same = rows.filter((row) => costOf(row) === cost);
    const samples = same.map((row) => {
      const days = portfolio.filter((day) =>
        day.strategy === row.strategy && costOf(day) === cost && day.weighting === row.weighting
      );
      return sharpeSample(Float64Array.from(days, (day) => day.daily_return - day.cash_return));
    });
    const tried = samples.filter((_, i) => same[i]!.strategy !== "reference").map(({ sharpe }) => sharpe);
    const ofPairs = tables.rows(pairOutcomes).filter((row) => costOf(row) === cost && row.strategy !== "reference")
      .map((row) => row.session_sharpe);
    // Seven strategies: each of their pairs is a trial, and its Sharpe ratio counts in the variance.
    assert.equal(ofPairs.length, 7 * pairs.size);
    const [settings, all] = [sharpeTrials(Float64Array.from(tried)), sharpeTrials(Float64Array.from(ofPairs))];
    assert.ok(all.trials > settings.trials && all.trialVariance > settings.trialVariance);
    same.forEach((row, i) => {
      assert.deepEqual([row.settings_tried, row.pairs_tested, row.pair_trials], [24, tested, ofPairs.length]);
      const near = (actual: number | null, expected: number) => assert.ok(Math.abs(actual! - expected) < 1e-9);
      near(row.deflated_sharpe, deflatedSharpeRatio(samples[i]!, settings).deflatedSharpeRatio);
      near(row.deflated_sharpe_all_trials, deflatedSharpeRatio(samples[i]!, all).deflatedSharpeRatio);
      near(row.expected_maximum_sharpe, expectedMaximumSharpe(settings) * Math.sqrt(252));
      assert.ok(row.probabilistic_sharpe! >= row.deflated_sharpe!);
      assert.ok(row.deflated_sharpe! >= row.deflated_sharpe_all_trials!);
    });
  }
});

Deno.test("strategy_comparison of a book that holds nothing has a Sharpe ratio of 0, whatever cash earns", async () => {
  const cash = [0.0002, 0.0003, 0.0001, 0.0002];
  let cashEquity = 1;
  const portfolio = days(cash).map((day, t) => ({
    ...day,
    cash_return: cash[t]!,
    cash_equity: cashEquity *= 1 + cash[t]!,
  }));
  const { rows: [row] } = await runAsset(strategyComparison, {
    inputs: { portfolio, finished: [], outcomes: [], windows: [], settings: [], trials: [] },
  });
  assert.deepEqual([row!.sharpe, row!.deflated_sharpe], [0, null]);
  assert.ok(Math.abs(row!.total_return - row!.cash_total_return) < 1e-15 && row!.total_return > 0);
});

Deno.test("strategy_comparison has the bootstrap band of each series, the same in every run", () => {
  for (const row of rows.slice(0, 4)) {
    const days = portfolio.filter((day) =>
      day.strategy === row.strategy && costOf(day) === costOf(row) && day.weighting === row.weighting
    );
    const { sharpe, annualizedReturn, maxDrawdown } = performanceBands(
      Float64Array.from(days, (day) => day.daily_return),
      {
        seed: 20_080_901,
        replications: 399,
        cashReturn: Float64Array.from(
          days,
          (day) => day.cash_return,
        ),
      },
    );
    assert.deepEqual([row.sharpe_low, row.sharpe_high], [sharpe.low, sharpe.high]);
    assert.deepEqual([row.annualized_return_low, row.annualized_return_high], [
      annualizedReturn.low,
      annualizedReturn.high,
    ]);
    assert.deepEqual([row.max_drawdown_low, row.max_drawdown_high], [maxDrawdown.low, maxDrawdown.high]);
    assert.ok(row.sharpe_low! < row.sharpe! && row.sharpe! < row.sharpe_high!);
  }
});

Deno.test("strategy_comparison marks the best record of each cost level and weighting, and no other", () => {
  for (const alike of Map.groupBy(rows, (row) => `${costOf(row)} ${row.weighting}`).values()) {
    const earned = alike.filter((row) => row.fills_at !== "signal_close" && row.positions >= 20);
    const best = earned.reduce((one, other) => other.sharpe_low! > one.sharpe_low! ? other : one);
    assert.deepEqual(alike.filter((row) => row.best).map((row) => row.strategy), [best.strategy]);
  }
});

Deno.test("strategy_comparison has the probability of overfitting of what could have been earned at the same costs and weighting", () => {
  for (const alike of Map.groupBy(rows, (row) => `${costOf(row)} ${row.weighting}`).values()) {
    const earned = alike.filter((row) => row.fills_at !== "signal_close" && row.strategy !== "best_record").map((row) =>
      Float64Array.from(
        portfolio.filter((day) =>
          day.strategy === row.strategy && costOf(day) === costOf(row) && day.weighting === row.weighting
        ),
        (day) => day.daily_return - day.cash_return,
      )
    );
    assert.equal(earned.length, 6);
    const { probability } = backtestOverfitting(earned, { blocks: 16 });
    assert.deepEqual(alike.map((row) => row.overfitting_probability), alike.map(() => probability));
  }
});

/** Rows of `portfolio_daily` with the given returns. */
function days(dailyReturn: readonly number[], more: Record<string, unknown> = {}) {
  const sessions = weekdays(dailyReturn.length);
  let equity = 1;
  return dailyReturn.map((daily_return, t) => ({
    strategy: "z_score_bands",
    costs: "fixed",
    cost_bps: 2,
    weighting: "equal",
    session: sessions[t]!,
    headline: false,
    looks_ahead: false,
    fills_at: "next_open",
    daily_return,
    equity: equity *= 1 + daily_return,
    drawdown: 0,
    gross_exposure: 0,
    turnover: 0,
    allocated_pairs: 0,
    entered_positions: 0,
    benchmark_equity: 1,
    cash_equity: 1,
    cash_return: 0,
    ...more,
  }));
}

Deno.test("strategy_comparison says null of what cannot be said: no variation, no loss, all lost", async () => {
  const judge = async (portfolio: readonly object[]) =>
    (await runAsset(strategyComparison, {
      inputs: { portfolio, finished: [], outcomes: [], windows: [], settings: [], trials: [] },
    }))
      .rows;
  const [flat] = await judge(days([0, 0, 0]));
  assert.deepEqual(
    [flat!.total_return, flat!.sharpe, flat!.calmar, flat!.deflated_sharpe, flat!.probabilistic_sharpe, flat!.beta],
    [0, 0, 0, null, null, null],
  );
  const [rising] = await judge(days([0.01, 0.02, 0.01]));
  assert.deepEqual([rising!.profit_factor, rising!.calmar, rising!.sortino], [null, null, null]);
  assert.ok(rising!.sharpe! > 0);
  const [ruined] = await judge(days([0.01, -1.5, 0]));
  assert.ok(ruined!.total_return < -1 && ruined!.annualized_return === -1);
  assert.deepEqual(
    [rising!.sharpe_low, rising!.max_drawdown_high, rising!.best],
    [null, null, false],
    "too few for a band",
  );
  const [constant] = await judge(days(Array(40).fill(0.01)));
  assert.deepEqual([constant!.sharpe_low, constant!.sharpe_high, constant!.max_drawdown_low], [null, null, 0]);
  assert.deepEqual(await judge(days([0.01])), [], "one return is no series");
  assert.deepEqual(await judge([]), []);
});
