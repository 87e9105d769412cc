import {
  arima,
  type ForecastModel,
  linearRegression,
  lstm,
  type ReferenceSignal,
  referenceSignals,
  referenceTotals,
  referenceTrades,
  RESEARCH_LSTM,
  rollingTrend,
} from "../../quant/mod.ts";
import { growBoostedTrees, predictBoosted } from "../../quant/forecast/trees/grow_boosted_trees.ts";
import { growForest, predictForest } from "../../quant/forecast/trees/grow_forest.ts";
import { fitProphet } from "../../quant/forecast/prophet/fit_prophet.ts";
import { curveAt } from "../../quant/forecast/prophet/prophet_curve.ts";

/** Closes of a pair's legs in the same sessions. */
export interface PairCloses {
  sessions: readonly string[];
  price1: Float64Array;
  price2: Float64Array;
}

const LAGS = 5;
/** Number of values over which a trend of the trees' in-sample scores is averaged. */
const AHEAD = 10;
const TREND_SESSIONS = 10;
const THRESHOLDS = [0.4, 0.5, 0.6];

/** A spread in USD and scaled to 0 … 1, by line and range of the whole period, as in the research: this is look-ahead. */
export function spreadOf({ price1, price2 }: PairCloses): { spread: Float64Array; scaled: Float64Array } {
  const { slope, intercept } = linearRegression(price1, price2);
  const spread = price2.map((close, t) => close - (slope * price1[t]! + intercept));
  const least = spread.reduce((a, b) => Math.min(a, b));
  const most = spread.reduce((a, b) => Math.max(a, b));
  // In the order of scikit-learn's MinMaxScaler: a forest's splits of equal gain depend on the last bit.
  const scale = 1 / (most - least);
  return { spread, scaled: spread.map((value) => value * scale + -least * scale) };
}

function errorsOf(forecasts: Float64Array, actual: Float64Array): { mse: number; mae: number } {
  const average = (loss: (error: number) => number) =>
    forecasts.reduce((sum, forecast, i) => sum + loss(forecast - actual[i]!), 0) / forecasts.length;
  return { mse: average((error) => error * error), mae: average(Math.abs) };
}

/** Share of the positions [first, end) at which two changes have the same sign; equal values have sign 0. */
function agreement(first: number, end: number, changes: (position: number) => readonly [number, number]): number {
  let right = 0;
  for (let i = first; i < end; i++) {
    const [a, b] = changes(i);
    if (Math.sign(a) === Math.sign(b)) right++;
  }
  return right / (end - first);
}

interface Lagged {
  columns: Float64Array[];
  target: Float64Array;
}

function lagged(scaled: Float64Array): Lagged {
  return {
    columns: Array.from({ length: LAGS }, (_, lag) => scaled.slice(LAGS - 1 - lag, scaled.length - 1 - lag)),
    target: scaled.slice(LAGS),
  };
}

type PredictRow = (row: Float32Array) => number;

function predictions({ columns }: Lagged, from: number, to: number, predict: PredictRow): Float64Array {
  return Float64Array.from(
    { length: to - from },
    (_, i) => predict(Float32Array.from(columns, (column) => column[from + i]!)),
  );
}

/** Trees grown on the first four fifths of 2019–2022, with their scores on the rest. */
function treesInSample(data: Lagged, grow: (columns: Float64Array[], target: Float64Array) => PredictRow) {
  const { columns, target } = data;
  const train = target.length - Math.ceil(0.2 * target.length);
  const predict = grow(columns.map((column) => column.slice(0, train)), target.slice(0, train));
  const actual = target.subarray(train);
  const forecasts = predictions(data, train, target.length, predict);
  const meanFrom = (i: number) => actual.subarray(i, i + AHEAD).reduce((sum, value) => sum + value, 0) / AHEAD;
  const trend = agreement(
    1,
    actual.length - AHEAD,
    (i) => [forecasts[i]! - actual[i - 1]!, meanFrom(i) - actual[i - 1]!],
  );
  return { predict, ...errorsOf(forecasts, actual), trend };
}

function growForestOn(columns: Float64Array[], target: Float64Array): PredictRow {
  const { trees } = growForest(columns, target, { seed: 42 });
  return (row) => predictForest(trees, row);
}

function growBoostedOn(columns: Float64Array[], target: Float64Array): PredictRow {
  const grown = growBoostedTrees(columns, target, { method: "hist" });
  return (row) => predictBoosted(grown, row);
}

/** The table of 2019–2022 for a pair, with the published names; the LSTM only with `withLstm`. */
export function inSample(past: PairCloses, { withLstm }: { withLstm: boolean }) {
  const { spread, scaled } = spreadOf(past);
  const data = lagged(scaled);
  const forest = treesInSample(data, growForestOn);
  const boosted = treesInSample(data, growBoostedOn);
  return {
    forest: forest.predict,
    figures: {
      forestMse: forest.mse,
      forestMae: forest.mae,
      forestTrend: forest.trend,
      boostedMse: boosted.mse,
      boostedMae: boosted.mae,
      boostedTrend: boosted.trend,
      ...(withLstm && lstmInSample(scaled)),
      ...prophetInSample(spread, past.sessions),
    },
  };
}

/** Prophet on the first four fifths of the spread in USD except its first ten values: one forecast of all the rest. */
function prophetInSample(spread: Float64Array, sessions: readonly string[]) {
  const dropped = 10;
  const values = spread.slice(dropped);
  const days = sessions.slice(dropped).map((date) => Date.parse(date) / 86_400_000);
  const train = Math.floor(0.8 * values.length);
  const { curve } = fitProphet(values.slice(0, train), Float64Array.from(days.slice(0, train)));
  const actual = values.slice(train);
  const { mse, mae } = errorsOf(actual.map((_, i) => curveAt(curve, days[train + i]!)), actual);
  return { prophetMse: mse, prophetMae: mae };
}

/** The research's network, of 3 values in and 1 out, on windows that do not cross the split. The research set no seed. */
function lstmInSample(scaled: Float64Array) {
  const train = Math.floor(0.8 * scaled.length);
  const { inputSteps } = RESEARCH_LSTM;
  const trained = lstm.fit(scaled.slice(0, train), { ...RESEARCH_LSTM, horizon: 1 });
  const score = (values: Float64Array) => {
    let model: ForecastModel = trained;
    for (const value of values.subarray(0, inputSteps)) model = model.update(value);
    const actual = values.slice(inputSteps);
    const forecasts = actual.map((value) => {
      const forecast = model.predict(1).mean[0]!;
      model = model.update(value);
      return forecast;
    });
    const trend = agreement(
      1,
      actual.length,
      (i) => [forecasts[i]! - forecasts[i - 1]!, actual[i]! - actual[i - 1]!],
    );
    return { loss: errorsOf(forecasts, actual).mse, trend };
  };
  const tested = score(scaled.slice(train));
  return {
    lstmLoss: tested.loss,
    lstmTrainTrend: score(scaled.slice(0, train)).trend,
    lstmTestTrend: tested.trend,
  };
}

/** The table of 2023 for a pair, with the published names. */
export function in2023(past: PairCloses, year: PairCloses, forest: PredictRow) {
  const { scaled } = spreadOf(year);
  const data = lagged(scaled);
  const forecasts = predictions(data, 0, data.target.length, forest);
  const ofForest = errorsOf(forecasts, data.target);
  return {
    forestMse: ofForest.mse,
    forestMae: ofForest.mae,
    forestTrend: agreement(1, data.target.length - AHEAD, (i) => {
      const before = data.target[i - 1]!;
      return [forecasts[i]! - before, data.target[i]! - before];
    }),
    // As the research's search: from one start.
    ...arimaScores(arima.fit(spreadOf(past).spread, { starts: "one" }), scaled),
    ...trendIn2023(year, scaled),
  };
}

/** Scores of a model of the spread of 2019–2022 in USD, applied to the scaled one of 2023 as in the research. */
export function arimaScores(fitted: ForecastModel, scaled: Float64Array) {
  const steps = 3;
  const origins = scaled.length - steps;
  let model = fitted;
  const forecasts = new Float64Array(steps * origins);
  const actual = new Float64Array(steps * origins);
  for (let t = 0; t < origins; t++) {
    model = model.update(scaled[t]!);
    forecasts.set(model.predict(steps).mean, steps * t);
    actual.set(scaled.subarray(t + 1, t + 1 + steps), steps * t);
  }
  const { mse, mae } = errorsOf(forecasts, actual);
  const trend = agreement(1, origins, (t) => [
    forecasts[steps * t]! - forecasts[steps * (t - 1)]!,
    actual[steps * t]! - actual[steps * (t - 1)]!,
  ]);
  return { arimaMse: mse, arimaMae: mae, arimaTrend: trend };
}

/** The rolling trend: its accuracy at 0.6, and the backtest at the threshold with the highest accuracy in 2023 itself. */
function trendIn2023(year: PairCloses, scaled: Float64Array) {
  const mean = (from: number, to: number) =>
    scaled.subarray(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
  const accuracies = THRESHOLDS.map((minRSquared) => {
    const { trend } = rollingTrend(scaled, { minRSquared });
    let [signals, right] = [0, 0];
    for (let i = TREND_SESSIONS; i <= scaled.length - 3; i++) {
      if (trend[i] === 0) continue;
      signals++;
      if (Math.sign(mean(i, i + 3) - mean(i - TREND_SESSIONS, i)) === trend[i]) right++;
    }
    return 100 * right / signals;
  });
  const best = THRESHOLDS[accuracies.indexOf(Math.max(...accuracies))]!;
  const { budget, dailyReturn } = referenceTrades(signalsAt(year, best), year);
  const returns = dailyReturn.filter(Number.isFinite);
  const average = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const squares = returns.reduce((sum, value) => sum + (value - average) ** 2, 0);
  const { totalReturn, annualizedReturn, maxDrawdown } = referenceTotals(year.sessions, budget);
  return {
    trendAccuracy: accuracies.at(-1)!,
    totalReturn,
    annualizedReturn,
    maxDrawdown,
    sharpe: Math.sqrt(252) * average / Math.sqrt(squares / (returns.length - 1)),
  };
}

/** The reference strategy's signals with another threshold than its 0.6. */
function signalsAt(prices: PairCloses, minRSquared: number): ReferenceSignal[] {
  const { scaledSpread, expandingMean, expandingStd } = referenceSignals(prices);
  const { trend } = rollingTrend(scaledSpread, { minRSquared });
  // The research's backtest has no trend in the last session in which its accuracies have one.
  trend[trend.length - 3] = 0;
  return Array.from(scaledSpread, (value, t) => {
    if (t < TREND_SESSIONS) return "None";
    const direction = trend[t]!;
    if (value > expandingMean[t]! + expandingStd[t]!) return direction === 1 ? "None" : "Short";
    if (value < expandingMean[t]! - expandingStd[t]!) return direction === -1 ? "None" : "Long";
    return direction === 1 ? "Exit Short" : direction === -1 ? "Exit Long" : "None";
  });
}
