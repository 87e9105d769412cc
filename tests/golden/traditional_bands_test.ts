import assert from "node:assert/strict";
import { mostCorrelatedPairs, traditionalBands } from "../../quant/backtest/traditional_bands.ts";
import { cleanPrices, type PriceMatrix } from "../../quant/price_matrix.ts";
import { sharedFolder } from "../support/shared_folder.ts";
import { readWideCloses } from "../support/wide_closes.ts";

const shared = sharedFolder();
const absent = shared === null ? " (ignored: no shared folder)" : "";

interface GoldenBands {
  ticker_1: string;
  ticker_2: string;
  train_corr: number;
  slope: number;
  intercept: number;
  mean: number;
  std: number;
  total_return: number;
  annualized_return: number;
  sharpe: number;
  max_drawdown: number;
  positions: string;
}

function golden(): GoldenBands[] {
  return JSON.parse(Deno.readTextFileSync(`${shared}/reference/golden/traditional_bands.json`)).pairs;
}

const formationYears = () => readWideCloses(`${shared}/market/nasdaq_etf_closes_2019_2022.csv`);
const tradingYear = () => readWideCloses(`${shared}/market/nasdaq_etf_closes_2023.csv`);

function legs({ tickers, closes }: PriceMatrix, pair: { ticker_1: string; ticker_2: string }) {
  return { price1: closes[tickers.indexOf(pair.ticker_1)]!, price2: closes[tickers.indexOf(pair.ticker_2)]! };
}

Deno.test({
  name: `traditionalBands() equals estimates, positions and totals of eight real pairs to 1e-9${absent}`,
  ignore: shared === null,
  fn() {
    const [past, year] = [formationYears(), tradingYear()];
    for (const expected of golden()) {
      const actual = traditionalBands({ formation: legs(past, expected), trading: legs(year, expected) });
      const near = (value: number, golden: number, what: string) =>
        assert.ok(
          Math.abs(value - golden) <= 1e-9 * Math.max(1, Math.abs(golden)),
          `${what} of ${expected.ticker_1}/${expected.ticker_2}: ${value}, expected ${golden}`,
        );
      near(actual.correlation, expected.train_corr, "correlation");
      near(actual.slope, expected.slope, "slope");
      near(actual.intercept, expected.intercept, "intercept");
      near(actual.mean, expected.mean, "mean");
      near(actual.std, expected.std, "standard deviation");
      near(actual.totals.totalReturn, expected.total_return, "total return");
      near(actual.totals.annualizedReturn, expected.annualized_return, "annualized return");
      near(actual.totals.sharpe, expected.sharpe, "Sharpe ratio");
      near(actual.totals.maxDrawdown, expected.max_drawdown, "drawdown");
      // The original leaves a gap ("n") where it holds nothing yet and neither enters nor exits, and earns nothing there.
      const positions = expected.positions.replaceAll("n", "0");
      assert.equal([...actual.position].map((side) => "-0+"[side + 1]).join(""), positions);
    }
  },
});

Deno.test({
  name: `mostCorrelatedPairs() ranks the golden pairs of the research universe in their order${absent}`,
  ignore: shared === null,
  fn() {
    const { tickers, closes } = cleanPrices(formationYears(), { rule: "research" }).matrix;
    const ranked = mostCorrelatedPairs(new Map(tickers.map((ticker, i) => [ticker, closes[i]!])), 19);
    const places = golden().map(({ ticker_1, ticker_2 }) =>
      ranked.findIndex(({ ticker1, ticker2 }) => ticker1 === ticker_1 && ticker2 === ticker_2)
    );
    assert.deepEqual(places, [0, 2, 4, 6, 8, 10, 12, 14]);
  },
});
