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
 * @module
 */
import process from "node:process";
import {
  arima,
  boostedTrees,
  drift,
  type ForecastModel,
  lastValue,
  lstm,
  meanReversion,
  prophet,
  randomForest,
  RESEARCH_LSTM,
  trendLine,
} from "../quant/mod.ts";
import { growBoostedTrees } from "../quant/forecast/trees/grow_boosted_trees.ts";
import { growForest } from "../quant/forecast/trees/grow_forest.ts";
import { pseudoRandom } from "../tests/support/pseudo_random.ts";

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
print(rows, await referenceSeconds());

function spread(seed: number): Float64Array {
  const random = pseudoRandom(seed);
  let value = 0;
  return Float64Array.from({ length: SESSIONS }, () => {
    let noise = -6;
    for (let k = 0; k < 12; k++) noise += random();
    return value = 0.93 * value + noise;
  });
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
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
    const start = processorSeconds();
    const model = fit(window);
    const middle = processorSeconds();
    model.predict(HORIZON);
    fitting += middle - start;
    predicting += processorSeconds() - middle;
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
  const start = processorSeconds();
  for (const { columns, target } of samples) grow(columns, target);
  return { name, reference, fit: (processorSeconds() - start) / series.length, predict: NaN };
}

interface Reference {
  versions: Record<string, string>;
  seconds: Record<string, { fit: number; predict: number; series?: number }>;
}

async function referenceSeconds(): Promise<Reference | null> {
  const python = Deno.env.get("PYTHON") ?? "python3";
  const skipped = (why: string) => {
    console.log(`No reference: ${why} (PYTHON names another interpreter; it needs numpy and a library to measure).\n`);
    return null;
  };
  try {
    const probe = await new Deno.Command(python, { args: ["-c", "import numpy"], stdout: "null", stderr: "null" })
      .output();
    if (!probe.success) return skipped(`${python} cannot import numpy`);
    const script = new URL("./forecast_reference.py", import.meta.url).pathname;
    const child = new Deno.Command(python, { args: [script], stdin: "piped", stdout: "piped", stderr: "inherit" })
      .spawn();
    const request = {
      series: series.map((window) => [...window]),
      lags: LAGS,
      horizon: HORIZON,
      lstm: LSTM,
      research: RESEARCH,
    };
    const writer = child.stdin.getWriter();
    // If a reference ends early it does not read its input; its exit code reports that.
    await writer.write(new TextEncoder().encode(JSON.stringify(request))).then(() => writer.close()).catch(() => {});
    const { success, stdout } = await child.output();
    return success ? JSON.parse(new TextDecoder().decode(stdout)) : skipped("the reference failed");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return skipped(`there is no ${python}`);
    throw error;
  }
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
    console.log([
      row.name.padEnd(26),
      (row.fit * 1e3).toFixed(2).padStart(10),
      Number.isNaN(row.predict) ? "-".padStart(12) : (row.predict * 1e3).toFixed(3).padStart(12),
      (seconds === undefined ? "-" : (seconds.fit / measured * 1e3).toFixed(1)).padStart(18),
      (seconds === undefined ? "-" : (seconds.predict / measured * 1e3).toFixed(2)).padStart(12),
      (seconds === undefined ? "-" : (seconds.fit / measured / row.fit).toFixed(1)).padStart(22),
    ].join(""));
  }
}
