import assert from "node:assert/strict";
import { adfuller } from "../../quant/adfuller.ts";
import { engleGranger } from "../../quant/engle_granger.ts";
import { halfLife } from "../../quant/half_life.ts";
import { hurstExponent } from "../../quant/hurst_exponent.ts";
import { johansen } from "../../quant/johansen.ts";
import { linearRegression } from "../../quant/linear_regression.ts";
import { meanCrossings } from "../../quant/mean_crossings.ts";
import { type CleaningRule, cleanPrices } from "../../quant/price_matrix.ts";
import { rollingTrend, rollingTrendForecast } from "../../quant/rolling_trend.ts";
import { sharedFolder } from "../support/shared_folder.ts";
import { readWideCloses } from "../support/wide_closes.ts";

const shared = sharedFolder();

function goldenTest(name: string, fn: () => void) {
  Deno.test({ name: shared === null ? `${name} (ignored: no shared folder)` : name, ignore: shared === null, fn });
}

type GoldenRow = Record<string, string>;

function goldenRows(file: string): GoldenRow[] {
  const [header, ...lines] = Deno.readTextFileSync(`${shared}/reference/golden/${file}`).trim().split(/\r?\n/);
  const names = header!.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i]!, cell])));
}

function prices(rule: CleaningRule): Map<string, Float64Array> {
  const { matrix } = cleanPrices(readWideCloses(`${shared}/market/nasdaq_etf_closes_2019_2022.csv`), { rule });
  return new Map(matrix.tickers.map((ticker, i) => [ticker, matrix.closes[i]!]));
}

function assertWithin(actual: number | null, expected: string | number, tolerance: number, what: string) {
  const golden = Number(expected);
  assert.ok(
    actual !== null && (actual === golden || Math.abs(actual - golden) <= tolerance),
    `${what}: ${actual}, golden ${expected}`,
  );
}

function assertRelative(actual: number, expected: string, tolerance: number, what: string) {
  assertWithin(actual, expected, tolerance * Math.abs(Number(expected)), what);
}

goldenTest(
  "linearRegression(), adfuller(), hurstExponent(), halfLife() and meanCrossings() equal 1,359 golden pairs",
  () => {
    const universes = { research: prices("research"), service: prices("service") };
    const rows = goldenRows("pair_statistics.csv");
    assert.equal(rows.length, 1359);
    for (const row of rows) {
      const pair = `${row.set} ${row.ticker_1}-${row.ticker_2}`;
      const closes = row.set === "research_clusters" ? universes.research : universes.service;
      const x = closes.get(row.ticker_1!)!;
      const y = closes.get(row.ticker_2!)!;
      const { slope, intercept, rSquared } = linearRegression(x, y);
      assertRelative(slope, row.slope!, 1e-9, `${pair} slope`);
      assertRelative(intercept, row.intercept!, 1e-9, `${pair} intercept`);
      assertWithin(rSquared, Number(row.rvalue) ** 2, 1e-9, `${pair} r²`);

      const spread = y.map((close, t) => close - (slope * x[t]! + intercept));
      const adf = adfuller(spread);
      assertWithin(adf.statistic, row.adf_stat!, 1e-9, `${pair} statistic`);
      assertWithin(adf.pValue, row.adf_p!, 1e-9, `${pair} p-value`);
      assert.equal(adf.usedLag, Number(row.adf_usedlag), `${pair} lag`);
      assert.equal(adf.nobs, Number(row.adf_nobs), `${pair} nobs`);
      assertWithin(adf.criticalValues["1%"], row.adf_crit1!, 1e-12, `${pair} 1 %`);
      assertWithin(adf.criticalValues["5%"], row.adf_crit5!, 1e-12, `${pair} 5 %`);
      assertWithin(adf.criticalValues["10%"], row.adf_crit10!, 1e-12, `${pair} 10 %`);
      assertRelative(adf.icBest!, row.adf_icbest!, 1e-9, `${pair} criterion`);
      assertRelative(hurstExponent(spread), row.hurst_H!, 1e-9, `${pair} Hurst`);
      assertRelative(halfLife(spread, { convention: "reference" }), row.half_life!, 1e-9, `${pair} half-life`);
      assert.equal(meanCrossings(spread), Number(row.mean_crossings), `${pair} crossings`);
    }
  },
);

goldenTest("engleGranger() equals the golden test of 1,000 pairs", () => {
  const closes = prices("service");
  const rows = goldenRows("engle_granger.csv");
  assert.equal(rows.length, 1000);
  for (const row of rows) {
    const pair = `${row.ticker_1_y0}-${row.ticker_2_y1}`;
    const result = engleGranger(closes.get(row.ticker_1_y0!)!, closes.get(row.ticker_2_y1!)!);
    assertWithin(result.statistic, row.coint_t!, 1e-9, `${pair} statistic`);
    assertWithin(result.pValue, row.pvalue!, 1e-9, `${pair} p-value`);
    assert.equal(result.usedLag, Number(row.usedlag), `${pair} lag`);
    assertWithin(result.criticalValues!["1%"], row.crit1!, 1e-12, `${pair} 1 %`);
    assertWithin(result.criticalValues!["5%"], row.crit5!, 1e-12, `${pair} 5 %`);
    assertWithin(result.criticalValues!["10%"], row.crit10!, 1e-12, `${pair} 10 %`);
  }
});

goldenTest("johansen() equals the golden test of every pair, vectors up to sign", () => {
  interface GoldenJohansen {
    ticker_1: string;
    ticker_2: string;
    eig: number[];
    trace: number[];
    trace_crit_90_95_99: number[][];
    max_eig: number[];
    max_eig_crit_90_95_99: number[][];
    evec: number[][];
  }
  const closes = prices("service");
  const file = JSON.parse(Deno.readTextFileSync(`${shared}/reference/golden/johansen.json`));
  const pairs = file.pairs as GoldenJohansen[];
  assert.ok(pairs.length > 50);
  for (const golden of pairs) {
    const pair = `${golden.ticker_1}-${golden.ticker_2}`;
    const options = { detOrder: file.det_order, kArDiff: file.k_ar_diff };
    const result = johansen([closes.get(golden.ticker_1)!, closes.get(golden.ticker_2)!], options);
    for (let i = 0; i < 2; i++) {
      assertWithin(result.eigenvalues[i]!, golden.eig[i]!, 1e-9, `${pair} eigenvalue`);
      assertWithin(result.traceStatistics[i]!, golden.trace[i]!, 1e-9, `${pair} trace`);
      assertWithin(result.maxEigenStatistics[i]!, golden.max_eig[i]!, 1e-9, `${pair} maximum eigenvalue`);
      const vector = result.eigenvectors[i]!;
      const sign = Math.sign(vector[0]!) * Math.sign(golden.evec[0]![i]!);
      for (let leg = 0; leg < 2; leg++) {
        assertWithin(vector[leg]! * sign, golden.evec[leg]![i]!, 1e-7 * Math.hypot(...vector), `${pair} vector`);
      }
    }
    assert.deepEqual(result.traceCriticalValues, golden.trace_crit_90_95_99);
    assert.deepEqual(result.maxEigenCriticalValues, golden.max_eig_crit_90_95_99);
  }
});

/** The golden rows of every pair of a file, in the file's order. */
function byPair(rows: GoldenRow[]): GoldenRow[][] {
  const pairs = new Map<string, GoldenRow[]>();
  for (const row of rows) {
    const pair = `${row.ticker_1}-${row.ticker_2}`;
    pairs.set(pair, [...pairs.get(pair) ?? [], row]);
  }
  return [...pairs.values()];
}

goldenTest("rollingTrend() equals the reference strategy's daily trend", () => {
  for (const rows of byPair(goldenRows("reference_strategy_daily.csv"))) {
    const { trend, rSquared } = rollingTrend(Float64Array.from(rows, (row) => Number(row.spread_minmax)));
    rows.forEach((row, i) => {
      const what = `${row.ticker_1}-${row.ticker_2} ${row.date}`;
      assert.equal(trend[i], Number(row.predicted_trend), what);
      if (row.rolling_r2 === "") assert.ok(Number.isNaN(rSquared[i]), `${what} has no r²`);
      else assertWithin(rSquared[i]!, row.rolling_r2!, 1e-9, `${what} r²`);
    });
  }
});

goldenTest("rollingTrendForecast() equals the reference service where its forecast is asked for", () => {
  const { matrix } = cleanPrices(readWideCloses(`${shared}/market/nasdaq_etf_closes_2023.csv`), { rule: "research" });
  const closes = new Map(matrix.tickers.map((ticker, i) => [ticker, matrix.closes[i]!]));
  const dates = matrix.sessions;
  let wrongWay = 0;
  let windows = 0;
  for (const rows of byPair(goldenRows("rolling_trend.csv"))) {
    const x = closes.get(rows[0]!.ticker_1!)!;
    const y = closes.get(rows[0]!.ticker_2!)!;
    const { slope, intercept } = linearRegression(x, y);
    const spread = y.map((close, t) => close - (slope * x[t]! + intercept));
    const forecasts = rollingTrendForecast(dates, spread, { compat: true });
    assert.equal(forecasts.length, rows.length);
    forecasts.forEach((forecast, i) => {
      const row = rows[i]!;
      const what = `${row.ticker_1}-${row.ticker_2} ${row.date}`;
      assert.equal(dates[forecast.index], row.date);
      assert.equal(forecast.trend, row.trend, what);
      assertWithin(forecast.rSquared, row.confidence_r2!, 1e-9, `${what} r²`);
      assertWithin(forecast.slope, row.slope!, 1e-9, `${what} slope`);
      assertWithin(forecast.intercept, row.intercept!, 1e-9, `${what} intercept`);
      assertWithin(forecast.forecast, row.prediction_at_x10!, 1e-9, `${what} forecast`);
      windows++;
      if ((forecast.trend === "positive") !== (forecast.slope > 0)) wrongWay++;
    });
  }
  // Why the default takes its forecast after the window: at x = 10 two windows of three point against their own slope.
  assert.deepEqual({ windows, wrongWay }, { windows: 1928, wrongWay: 1310 });
});
