/**
 * Duration of a pair's forecasters: fitting on a window of two years and a forecast of ten steps, compared with Python's
 * libraries.
 *
 *     deno run -A bench/forecast.ts [--series 8]
 *
 * Series are generated (mean-reverting, as spreads are, of 504 sessions). PYTHON names the interpreter for the references,
 * default python3; those of scikit-learn, xgboost, statsmodels, prophet and torch that are installed are measured.
 *
 * Times are CPU seconds of one thread, which other programs on the machine affect far less than wall-clock seconds. A fit of
 * trees grows two ensembles, the second for the errors of its forecasts; "one" is the time of one, as grown by a reference. LSTM
 * networks make the same number of passes on both sides.
 *
 * After the table come the aims: no fit slower than 1.5 times its reference, ARIMA's 18 orders 10 times as fast, and all models for
 * 20 pairs and 8 windows of real ETFs, with their forecasts at each close, within two minutes. The last one needs the prices of the
 * folder TANDEM_SHARED (default ../shared beside the repository).
 *
 * @module
 */
import {
  arima,
  boostedTrees,
  drift,
  type ForecastModel,
  lastValue,
  linearRegression,
  lstm,
  meanReversion,
  mostCorrelatedPairs,
  prophet,
  randomForest,
  RESEARCH_LSTM,
  rolledWindows,
  trendLine,
} from "../quant/mod.ts";
import { dayOf, fitModel, loadModels, ModelName, ModelOptions, optionsOf } from "../assets/forecasts/model_options.ts";
import { growBoostedTrees } from "../quant/forecast/trees/grow_boosted_trees.ts";
import { growForest } from "../quant/forecast/trees/grow_forest.ts";
import { pseudoRandom } from "../tests/support/pseudo_random.ts";
import { sharedFolder } from "../tests/support/shared_folder.ts";
import { readWideCloses } from "../tests/support/wide_closes.ts";
import { askPython } from "./python.ts";
import { cpuSeconds } from "./measured.ts";

const SESSIONS = 504;
const LAGS = 5;
const HORIZON = 10;
const LSTM = {
  inputSteps: 10,
  outputSteps: 3,
  units: 8,
  layers: 1,
  dropout: 0.2,
  epochs: 20,
  patience: 20,
  batch: 16,
  learningRate: 0.005,
};
/** The research's network with tanh, the only activation of torch's own layer. */
const RESEARCH = { ...RESEARCH_LSTM, activation: "tanh" as const, epochs: 10, patience: 10 };

interface Row {
  name: string;
  /** Name among the reference's times, if it has one. */
  reference: string | null;
  /** Seconds per series. */
  fit: number;
  predict: number;
}

const count = Number(Deno.args[Deno.args.indexOf("--series") + 1] ?? 8) || 8;
const series = Array.from({ length: count }, (_, seed) => spread(seed + 1));

await prophet.load();
const rows: Row[] = [
  measure("last_value", null, lastValue.fit),
  measure("mean_reversion", null, meanReversion.fit),
  measure("drift", null, drift.fit),
  measure("rolling_trend", null, (window) => trendLine.fit(window, { horizon: HORIZON })),
  measure("arima, 18 orders", "arima", (window) => arima.fit(window)),
  measure("boosted_trees", null, (window) => boostedTrees.fit(window, { lags: LAGS, horizon: HORIZON })),
  measureGrowth("boosted_trees, exact, one", "boosted_trees (exact)", growBoostedTrees),
  measureGrowth(
    "boosted_trees, hist, one",
    "boosted_trees (hist)",
    (columns, target) => growBoostedTrees(columns, target, { method: "hist" }),
  ),
  measure("random_forest", null, (window) => randomForest.fit(window, { lags: LAGS, horizon: HORIZON })),
  measureGrowth("random_forest, one", "random_forest", growForest),
  measure("lstm, 20 passes", "lstm", (window) => lstm.fit(window, { ...LSTM, horizon: HORIZON })),
  measure(
    "lstm, research's, 10",
    "lstm (research's)",
    (window) => lstm.fit(window, { ...RESEARCH, horizon: HORIZON }),
    series.slice(0, 1),
  ),
  measure("prophet", "prophet", (window) => prophet.fit(window)),
];
const reference = await askPython<Reference>("./forecast_reference.py", {
  series: series.map((window) => [...window]),
  lags: LAGS,
  horizon: HORIZON,
  lstm: LSTM,
  research: RESEARCH,
}, { imports: "numpy", needs: "numpy and a library to measure" });
print(rows, reference);
printAims(rows, reference);
await printAllModels();

function spread(seed: number): Float64Array {
  const random = pseudoRandom(seed);
  let value = 0;
  return Float64Array.from({ length: SESSIONS }, () => {
    let noise = -6;
    for (let k = 0; k < 12; k++) noise += random();
    return value = 0.93 * value + noise;
  });
}

/** CPU seconds per series for fitting and one forecast, after a run that is not counted. */
function measure(
  name: string,
  reference: string | null,
  fit: (window: Float64Array) => ForecastModel,
  windows = series,
): Row {
  fit(windows[0]!).predict(HORIZON);
  let [fitting, predicting] = [0, 0];
  for (const window of windows) {
    const start = cpuSeconds();
    const model = fit(window);
    const middle = cpuSeconds();
    model.predict(HORIZON);
    fitting += middle - start;
    predicting += cpuSeconds() - middle;
  }
  return { name, reference, fit: fitting / windows.length, predict: predicting / windows.length };
}

/** The same for one ensemble of trees on rows of lags, without a forecast. */
function measureGrowth(
  name: string,
  reference: string,
  grow: (columns: Float64Array[], target: Float64Array) => unknown,
): Row {
  const samples = series.map((window) => {
    const [least, most] = [Math.min(...window), Math.max(...window)];
    const scaled = window.map((value) => (value - least) / (most - least));
    const columns = Array.from({ length: LAGS }, (_, lag) => scaled.slice(LAGS - lag - 1, SESSIONS - lag - 1));
    return { columns, target: scaled.slice(LAGS) };
  });
  grow(samples[0]!.columns, samples[0]!.target);
  const start = cpuSeconds();
  for (const { columns, target } of samples) grow(columns, target);
  return { name, reference, fit: (cpuSeconds() - start) / series.length, predict: NaN };
}

interface Reference {
  versions: Record<string, string>;
  seconds: Record<string, { fit: number; predict: number; series?: number }>;
}

function print(rows: readonly Row[], reference: Reference | null): void {
  const versions = Object.entries(reference?.versions ?? {}).map(([name, version]) => `${name} ${version}`).join(", ");
  console.log(`Deno ${Deno.version.deno}; ${versions || "no reference"}`);
  console.log(
    `${series.length} generated series of ${SESSIONS} sessions, ${HORIZON} steps ahead, processor time a series\n`,
  );
  console.log("forecaster                    fit ms  predict ms  reference fit ms  predict ms  times as fast to fit");
  for (const row of rows) {
    const seconds = row.reference === null ? undefined : reference?.seconds[row.reference];
    const measured = seconds?.series ?? series.length;
    const times = timesAsFast(row, reference);
    console.log([
      row.name.padEnd(26),
      (row.fit * 1e3).toFixed(2).padStart(10),
      Number.isNaN(row.predict) ? "-".padStart(12) : (row.predict * 1e3).toFixed(3).padStart(12),
      (seconds === undefined ? "-" : (seconds.fit / measured * 1e3).toFixed(1)).padStart(18),
      (seconds === undefined ? "-" : (seconds.predict / measured * 1e3).toFixed(2)).padStart(12),
      (times === null ? "-" : times.toFixed(2)).padStart(22),
    ].join(""));
  }
}

/** How many times as fast as its reference a forecaster is fitted; `null` without one. */
function timesAsFast({ reference: name, fit }: Row, reference: Reference | null): number | null {
  const seconds = name === null ? undefined : reference?.seconds[name];
  return seconds === undefined ? null : seconds.fit / (seconds.series ?? series.length) / fit;
}

function printAims(rows: readonly Row[], reference: Reference | null): void {
  const compared = rows.flatMap((row) => {
    const times = timesAsFast(row, reference);
    return times === null ? [] : [{ name: row.name, times }];
  });
  if (compared.length === 0) return;
  const slowest = compared.reduce((least, row) => row.times < least.times ? row : least);
  const told = (met: boolean) => met ? "met" : "missed";
  console.log(`\nNo fit slower than 1.5 times its reference: ${told(slowest.times >= 1 / 1.5)}.`);
  console.log(`The slowest, ${slowest.name}, takes ${(1 / slowest.times).toFixed(2)} times as long as its reference.`);
  const grid = compared.find(({ name }) => name.startsWith("arima"));
  if (grid) {
    console.log(`ARIMA, 18 orders, at least 10 times as fast: ${told(grid.times >= 10)} (${grid.times.toFixed(1)}).`);
  }
}

/** Fits of all models on 20 real pairs in 8 windows, and forecasts at each close of the windows, with the defaults of the service. */
async function printAllModels(): Promise<void> {
  const shared = sharedFolder();
  if (shared === null) {
    return console.log("\nAll models on real ETFs: not measured, there are no prices (TANDEM_SHARED).");
  }
  const { sessions, tickers, closes } = readWideCloses(`${shared}/market/nasdaq_etf_closes_2019_2022.csv`);
  // As many as leave 8 windows of a quarter in the 918 sessions.
  const [formationSessions, tradingSessions] = [414, 63];
  const windows = rolledWindows(sessions.length, { formationSessions, tradingSessions }).slice(0, 8);
  const complete = tickers.map((ticker, i) => [ticker, closes[i]!] as const).filter(([, of]) => of.every((c) => c > 0));
  const prices = new Map(complete);
  const pairs = mostCorrelatedPairs(prices, 20);
  const days = sessions.map(dayOf);
  const options = ModelOptions.parse({});
  await loadModels(ModelName.options);
  console.log(`\n${ModelName.options.length} models, ${pairs.length} pairs, ${windows.length} windows of real ETFs:`);
  const begun = cpuSeconds();
  for (const method of ModelName.options) {
    const start = cpuSeconds();
    let forecasts = 0;
    for (const { ticker1, ticker2 } of pairs) {
      const [x, y] = [prices.get(ticker1)!, prices.get(ticker2)!];
      for (const { formationStart, tradingStart, tradingEnd } of windows) {
        const { slope, intercept } = linearRegression(
          x.slice(formationStart, tradingStart),
          y.slice(formationStart, tradingStart),
        );
        const spread = y.slice(formationStart, tradingEnd).map((close, t) =>
          close - (slope * x[formationStart + t]! + intercept)
        );
        const known = tradingStart - formationStart;
        let model = fitModel(method, spread.slice(0, known), {
          options: optionsOf(method, options, HORIZON),
          days: days.slice(formationStart, tradingStart),
        });
        for (let t = known; t < spread.length; t++) {
          model = model.update(spread[t]!, days[formationStart + t]!);
          model.predict(HORIZON);
          forecasts++;
        }
      }
    }
    const seconds = cpuSeconds() - start;
    console.log(`${method.padEnd(16)}${seconds.toFixed(2).padStart(8)} CPU s, ${forecasts} forecasts`);
  }
  const total = cpuSeconds() - begun;
  console.log(`All in under 120 CPU s: ${total < 120 ? "met" : "missed"} (${total.toFixed(1)}).`);
}
