/**
 * Forecasters out of sample on real prices: errors beside those of the last value, with the test of Diebold and Mariano; what
 * strategies on each of them earn after costs; and errors where the models are fitted again inside a window.
 *
 *     deno run -A bench/forecast_table.ts [etfs] [sp500] [--refits 21,5]
 *
 * Prices are read from the folder TANDEM_SHARED (default ../shared beside the repository); without it the script measures nothing
 * and says so. Pairs are those of the default choice, each window's chosen before it. Everything is materialized on an embedded
 * database in a new folder, by the assets of the service with all forecasters; times are processor seconds.
 *
 * @module
 */
import { ForecastModelsConfig } from "../assets/forecasts/forecast_models.ts";
import { ModelName } from "../assets/forecasts/model_options.ts";
import { Engine } from "../engine/mod.ts";
import { fixedClock } from "../resources/clock.ts";
import { openDatabase } from "../resources/database/mod.ts";
import { xnys } from "../resources/exchange_calendar/mod.ts";
import { marketDataFrom } from "../resources/market_data/mod.ts";
import { realPrices } from "./places.ts";
import { cpuSeconds } from "./measured.ts";
import { materialize, openEngine, rowsOf } from "./bench_engine.ts";
import * as assets from "../assets/mod.ts";

const files: Record<string, string> = {
  etfs: "nasdaq_etf_closes_2019_2022.csv",
  sp500: "sp500_daily_2017_2021.csv.gz",
};
/** Weights of the forecasters in an ensemble, by the name of the model. */
const weightOf: Record<string, string> = {
  mean_reversion: "meanReversion",
  drift: "drift",
  rolling_trend: "rollingTrend",
  arima: "arima",
  boosted_trees: "boostedTrees",
  random_forest: "randomForest",
  lstm: "lstm",
  prophet: "prophet",
};
const horizons = [1, 5, 10];

const prices = realPrices();
const asked = Deno.args.filter((argument) => argument in files);
const refits = (Deno.args[Deno.args.indexOf("--refits") + 1] ?? "").split(",").map(Number).filter((n) => n > 0);
for (const market of asked.length > 0 ? asked : Object.keys(files)) await measure(market);

async function measure(market: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tandem-forecasts-" });
  const database = await openDatabase({ dataDir: folder });
  const clock = fixedClock("2023-01-03T23:00:00Z");
  try {
    const engine = await openEngine({
      assets: Object.values(assets),
      database,
      resources: { marketData: marketDataFrom(`csv:${prices}/${files[market]}`, { clock }), calendar: xnys },
      clock,
    });
    try {
      await tables(engine, market);
    } finally {
      await engine.close();
    }
  } finally {
    await database.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function tables(engine: Engine, market: string): Promise<void> {
  const models = [...ModelName.options];
  const forecasts = { forecast_models: { models } };
  await run(engine, "+trading_spreads +walk_forward_daily trials_by_hand", {});
  const windows = await rowsOf(engine, "walk_forward_windows");
  const pairs = await rowsOf(engine, "walk_forward_pairs");
  const [first, last] = [windows[0]!.trading_first_session, windows.at(-1)!.trading_last_session];
  console.log(`\n## ${market}: ${windows.length} windows, ${pairs.length} pairs, ${first} to ${last}\n`);

  const seconds = await run(engine, "forecast_models spread_forecasts forecast_scores", forecasts);
  console.log(`All models, fitted once a window: ${seconds.toFixed(0)} CPU s.\n`);
  printErrors(await rowsOf(engine, "forecast_scores"), models);

  console.log(
    "\nStrategies on one forecaster each, at 2 basis points and equal weights: return, Sharpe ratio, 95 % band\n",
  );
  console.log("| forecaster | forecast_trend | forecast_band | CPU s |\n| --- | ---: | ---: | ---: |");
  const none = { meanReversion: 0 };
  for (const [model, name] of Object.entries(weightOf)) await printStrategies(engine, model, { ...none, [name]: 1 });
  const defaults = ForecastModelsConfig.parse({}).models;
  const ensemble = Object.fromEntries(
    Object.entries(weightOf).filter(([model]) => defaults.some((name) => name === model)).map(([, name]) => [name, 1]),
  );
  await printStrategies(engine, "default models, by inverse error", ensemble);
  await printStrategies(engine, "the same with prophet", { ...ensemble, prophet: 1 });
  for (const refitSessions of refits) {
    await printStrategies(engine, `mean_reversion, fitted every ${refitSessions}`, { refitSessions });
  }

  for (const refitSessions of refits) {
    const config = { formation_spreads: { refitSessions } };
    const again = await run(engine, "formation_spreads forecast_models spread_forecasts forecast_scores", config);
    console.log(`\nDefault models, fitted again every ${refitSessions} sessions: ${again.toFixed(0)} CPU s.\n`);
    printErrors(await rowsOf(engine, "forecast_scores"), defaults);
  }
}

function printErrors(scores: readonly Record<string, unknown>[], models: readonly string[]): void {
  console.log("Mean absolute error / the last value's, pairs with a smaller mean squared error, p-value\n");
  console.log(`| forecaster | ${horizons.join(" | ")} |\n| --- |${horizons.map(() => " ---: |").join("")}`);
  for (const model of models) {
    const cells = horizons.map((horizon) => {
      const row = scores.find((one) => one.model === model && one.horizon === horizon)!;
      const p = row.diebold_mariano_p_value === null ? "–" : Number(row.diebold_mariano_p_value).toPrecision(2);
      const ratio = (Number(row.mae) / Number(row.baseline_mae)).toFixed(2);
      return `${ratio}, ${row.pairs_better} of ${row.pairs}, ${p}`;
    });
    console.log(`| ${model} | ${cells.join(" | ")} |`);
  }
}

async function printStrategies(engine: Engine, name: string, parameters: Record<string, number>): Promise<void> {
  const strategies = ["forecast_trend", "forecast_band"];
  const seconds = await run(engine, "walk_forward_daily backtest_trials strategy_comparison", {
    walk_forward_daily: {
      strategies,
      defaultStrategy: "forecast_band",
      parameters: Object.fromEntries(strategies.map((strategy) => [strategy, parameters])),
      weightings: ["equal"],
      comparedCostsBps: [],
      comparesSpreadCosts: false,
    },
  });
  const rows = await rowsOf(engine, "strategy_comparison");
  const cells = strategies.map((strategy) => {
    const row = rows.find((one) => one.strategy === strategy && one.cost_bps === 2)!;
    const [sharpe, low, high] = [row.sharpe, row.sharpe_low, row.sharpe_high].map((value) =>
      value === null ? "–" : Number(value).toFixed(2)
    );
    return `${
      (100 * Number(row.total_return)).toFixed(1)
    } %, ${sharpe} (${low} to ${high}), ${row.positions} positions`;
  });
  console.log(`| ${name} | ${cells.join(" | ")} | ${seconds.toFixed(0)} |`);
}

/** Materializes a selection and returns the processor seconds that it took. */
async function run(engine: Engine, selection: string, config: Record<string, unknown>): Promise<number> {
  const before = cpuSeconds();
  await materialize(engine, selection, { config });
  return cpuSeconds() - before;
}
