import assert from "node:assert/strict";
import { referenceStrategy } from "../../quant/backtest/reference_strategy.ts";
import { sharedFolder } from "../support/shared_folder.ts";
import { readWideCloses } from "../support/wide_closes.ts";

const shared = sharedFolder();
const absent = shared === null ? " (ignored: no shared folder)" : "";

interface GoldenTotals {
  ticker_1: string;
  ticker_2: string;
  slope: number;
  intercept: number;
  total_return: number;
  annualized_return: number;
  max_drawdown: number;
  n_rows: number;
  final_budget: number;
}

function goldenTotals(): GoldenTotals[] {
  return JSON.parse(Deno.readTextFileSync(`${shared}/reference/golden/reference_strategy_totals.json`)).pairs;
}

function run({ ticker_1, ticker_2 }: { ticker_1: string; ticker_2: string }) {
  const { sessions, tickers, closes } = readWideCloses(`${shared}/market/nasdaq_etf_closes_2023.csv`);
  const price1 = closes[tickers.indexOf(ticker_1)]!;
  const price2 = closes[tickers.indexOf(ticker_2)]!;
  return { sessions, price1, price2, ...referenceStrategy({ sessions, price1, price2 }) };
}

function assertNear(actual: number, expected: number, what: string) {
  const tolerance = 1e-9 * Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, expected ${expected}`);
}

/** A blank cell of the file is null, which is `NaN` in a numeric column. */
function assertCell(actual: number, cell: string, what: string) {
  if (cell === "") assert.ok(Number.isNaN(actual), `${what}: ${actual}, expected none`);
  else assertNear(actual, Number(cell), what);
}

Deno.test({
  name: `referenceStrategy() equals every daily row of eight real pairs to 1e-9${absent}`,
  ignore: shared === null,
  fn() {
    const [header, ...lines] = Deno.readTextFileSync(`${shared}/reference/golden/reference_strategy_daily.csv`).trim()
      .split(/\r?\n/);
    const names = header!.split(",");
    const rows = lines.map((line) => {
      const cells = line.split(",");
      return Object.fromEntries(names.map((name, i) => [name, cells[i]!]));
    });
    let compared = 0;
    for (const pair of goldenTotals()) {
      const actual = run(pair);
      const expected = rows.filter((row) => row.ticker_1 === pair.ticker_1 && row.ticker_2 === pair.ticker_2);
      assert.deepEqual(actual.sessions, expected.map((row) => row.date));
      assert.deepEqual([...actual.position], expected.map((row) => Number(row.position)));
      assert.deepEqual(actual.signal, expected.map((row) => row.signal));
      expected.forEach((row, t) => {
        const at = (column: string) => `${column} of ${pair.ticker_1}/${pair.ticker_2} on ${row.date}`;
        assertCell(actual.spread[t]!, row.raw_spread!, at("spread"));
        assertCell(actual.scaledSpread[t]!, row.spread_minmax!, at("scaledSpread"));
        assertCell(actual.expandingMean[t]!, row.cum_mean!, at("expandingMean"));
        assertCell(actual.expandingStd[t]!, row.cum_std!, at("expandingStd"));
        assertCell(actual.rSquared[t]!, row.rolling_r2!, at("rSquared"));
        assertCell(actual.trend[t]!, row.predicted_trend!, at("trend"));
        assertCell(actual.budget[t]!, row.budget!, at("budget"));
        assertCell(actual.dailyReturn[t]!, row.daily_return!, at("dailyReturn"));
        assertCell(actual.cumulativeReturn[t]!, row.cumulative_return!, at("cumulativeReturn"));
        compared++;
      });
    }
    assert.equal(compared, rows.length);
  },
});

Deno.test({
  name: `referenceStrategy() equals the totals of eight real pairs to 1e-9${absent}`,
  ignore: shared === null,
  fn() {
    for (const expected of goldenTotals()) {
      const actual = run(expected);
      const pair = `${expected.ticker_1}/${expected.ticker_2}`;
      assert.equal(actual.sessions.length, expected.n_rows);
      assertNear(actual.slope, expected.slope, `slope of ${pair}`);
      assertNear(actual.intercept, expected.intercept, `intercept of ${pair}`);
      assertNear(actual.totals.totalReturn, expected.total_return, `total return of ${pair}`);
      assertNear(actual.totals.annualizedReturn, expected.annualized_return, `annualized return of ${pair}`);
      assertNear(actual.totals.maxDrawdown, expected.max_drawdown, `drawdown of ${pair}`);
      assertNear(actual.budget.at(-1)!, expected.final_budget, `last budget of ${pair}`);
    }
  },
});
