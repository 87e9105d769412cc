import { z } from "zod";
import { type Columns, eager, keepAll, notEmpty, type RowOf } from "../../engine/mod.ts";
import { dieboldMariano, directionalAccuracy } from "../../quant/mod.ts";
import { joinedNumbers } from "../backtests/column_parts.ts";
import { asset } from "../resources.ts";
import { takingTurns } from "../../resources/turns.ts";
import { forecastTallies, ForecastTally } from "./forecast_tallies.ts";
import { spreadForecasts } from "./spread_forecasts.ts";

const share = z.number().min(0).max(1);

const ForecastScore = z.object({
  model: z.string().min(1).describe("Name of the forecaster"),
  horizon: z.int().min(1).describe("Sessions ahead"),
  forecasts: z.int().min(3).describe("Forecasts with a realized value, over all pairs and sessions"),
  sessions: z.int().min(1).describe("As-of sessions of these forecasts"),
  first_as_of: z.iso.date().describe("First of these sessions"),
  last_as_of: z.iso.date().describe("Last of these sessions"),
  mse: z.number().min(0).describe("Mean squared error, in squared standard deviations of the formation's spread"),
  baseline_mse: z.number().min(0).describe("The same for the last value as forecast"),
  mae: z.number().min(0).describe("Mean absolute error, in standard deviations of the formation's spread"),
  baseline_mae: z.number().min(0).describe("The same for the last value as forecast"),
  directional_accuracy: share.describe("Share of all forecasts with the correct direction"),
  baseline_directional_accuracy: share.describe("The same for the last value, which forecasts no change"),
  calls: z.int().min(0).describe("Forecasts of a change"),
  accuracy_of_calls: share.nullable().describe("Share of those with the correct direction; null if there are none"),
  pairs: z.int().min(1).describe("Pairs and windows with such a forecast"),
  pairs_better: z.int().min(0).describe(
    "Those of them in which the model's mean squared error is below the last value's: a broken spread counts once",
  ),
  interval_coverage: share.describe("Share of realized values inside the interval"),
  diebold_mariano: z.number().nullable().describe(
    "Statistic of Diebold and Mariano, corrected for small samples; negative if the model's errors are smaller than the last value's. Null with too few sessions or a constant loss difference",
  ),
  diebold_mariano_p_value: share.nullable().describe("Two-sided, under the null hypothesis of equal accuracy"),
});

/**
 * Errors of the forecasts of each model and horizon, beside those of the last value on the same forecasts.
 *
 * Pairs move together within a session, so the test uses one loss difference per session: the mean over its pairs. Forecasts
 * without a realized value do not count. A forecast counts for its model even if another model could not be fitted.
 *
 * Sums are carried on from the end of a trading window (`forecast_tallies`): a new session reads the forecasts of its window, and of
 * the one before if it changes their realized values.
 */
export const forecastScores = asset({
  key: "forecast_scores",
  module: import.meta,
  group: "forecasts",
  layer: "gold",
  description:
    "Out-of-sample errors of each forecaster and horizon beside those of the last value, with the test of Diebold and Mariano.",
  deps: { forecasts: spreadForecasts },
  outs: { tallies: forecastTallies },
  automation: eager(),
  row: ForecastScore,
  primaryKey: ["model", "horizon"],
  retention: keepAll,
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, previous, signal, progress }) {
    const stored = previous ? await previous.outs.tallies!.rows() as Tally[] : [];
    const from = previous && firstChanged(stored, previous.changedFrom.forecasts);
    const before = stored.filter(({ window_first_as_of }) => from !== null && window_first_as_of < from);
    const read = await (from === null ? inputs.forecasts : inputs.forecasts.where("as_of", { from })).columns(
      ...["as_of", "ticker_1", "ticker_2", "model", "horizon", "window"] as const,
      ...["scaled_spread", "forecast", "lower", "upper", "actual"] as const,
    );
    const firstOf = firstAsOf(read);
    const places = placesOf(read);
    const pairs = pairsOf(read);
    const talliesOf = Map.groupBy(before, nameOf);
    const made: Tally[] = [];
    const turn = takingTurns();
    for (const [done, at] of places.entries()) {
      const name = nameOf({ model: read.model[at[0]!]!, horizon: read.horizon[at[0]!]! });
      let own = talliesOf.get(name);
      if (!own) talliesOf.set(name, own = []);
      for (const within of byWindow(at, read.window)) {
        const tally = tallyOf(within, { read, pairs, before: own.at(-1), firstOf });
        own.push(tally);
        made.push(tally);
      }
      await turn();
      signal.throwIfAborted();
      progress(done + 1, places.length);
    }
    return {
      rows: [...talliesOf.values()].flatMap(scoreOf),
      outs: { tallies: { rows: made, ...from !== null && { from } } },
    };
  },
});

type Tally = z.output<typeof ForecastTally>;

function nameOf({ model, horizon }: Pick<Tally, "model" | "horizon">): string {
  return `${model} ${horizon}`;
}

/** The start of the last stored window that begins on or before a change; `null` if all forecasts are to be read. */
function firstChanged(stored: readonly Tally[], changedFrom: string | null): string | null {
  if (changedFrom === null) return null;
  return stored.findLast(({ window_first_as_of }) => window_first_as_of <= changedFrom)?.window_first_as_of ?? null;
}

/** The first as-of session of each window. @param read In order of as-of session. */
function firstAsOf({ as_of, window }: Pick<Forecasts, "as_of" | "window">): Map<number, string> {
  const first = new Map<number, string>();
  window.forEach((number, i) => {
    if (!first.has(number)) first.set(number, as_of[i]!);
  });
  return first;
}

/** Positions divided by window. @param at In order of as-of session, so that those of a window follow each other. */
function* byWindow(at: Uint32Array, window: Float64Array): Generator<Uint32Array> {
  for (let start = 0, end = 0; start < at.length; start = end) {
    while (end < at.length && window[at[end]!] === window[at[start]!]) end++;
    yield at.subarray(start, end);
  }
}

/** The tally of a model and horizon in one window. @param of.before That of the window before. */
function tallyOf(
  at: Uint32Array,
  { read, pairs, before, firstOf }: {
    read: Omit<Forecasts, "target_session">;
    pairs: ReturnType<typeof pairsOf>;
    before: Tally | undefined;
    firstOf: ReadonlyMap<number, string>;
  },
): Tally {
  const { as_of, model, horizon, window, scaled_spread, lower, upper } = read;
  const of = (column: Float64Array) => Float64Array.from(at, (i) => column[i]!);
  const [actual, forecast, origin] = [of(read.actual), of(read.forecast), of(scaled_spread)];
  const sums = {
    squared_errors: before?.squared_errors ?? 0,
    absolute_errors: before?.absolute_errors ?? 0,
    baseline_squared_errors: before?.baseline_squared_errors ?? 0,
    baseline_absolute_errors: before?.baseline_absolute_errors ?? 0,
  };
  for (let n = 0; n < at.length; n++) {
    const [error, baselineError] = [actual[n]! - forecast[n]!, actual[n]! - origin[n]!];
    sums.squared_errors += error * error;
    sums.absolute_errors += Math.abs(error);
    sums.baseline_squared_errors += baselineError * baselineError;
    sums.baseline_absolute_errors += Math.abs(baselineError);
  }
  const { right, calls, rightCalls } = directionalAccuracy(actual, forecast, origin);
  const sessions = sessionsIn(as_of, at);
  const losses = (forecast: Float64Array) =>
    new Uint8Array(rootMeanSquares(sessions, actual, forecast).buffer).toBase64();
  const [first, last] = [at[0]!, at.at(-1)!];
  return {
    window_first_as_of: firstOf.get(window[first]!)!,
    model: model[first]!,
    horizon: horizon[first]!,
    ...sums,
    forecasts: at.length,
    right,
    calls,
    right_calls: rightCalls,
    baseline_right: numberOf(at, (i) => read.actual[i] === scaled_spread[i]),
    covered: numberOf(at, (i) => lower[i]! <= read.actual[i]! && read.actual[i]! <= upper[i]!),
    ...pairsBetter(at, pairs, read),
    sessions: sessions.length,
    first_as_of: as_of[first]!,
    last_as_of: as_of[last]!,
    losses: losses(forecast),
    baseline_losses: losses(origin),
  };
}

/** The score of a model and horizon; none of too few forecasts. @param tallies Of all windows, oldest first. */
function scoreOf(tallies: readonly Tally[]): z.output<typeof ForecastScore>[] {
  const count = (
    column:
      | "forecasts"
      | "sessions"
      | "right"
      | "calls"
      | "right_calls"
      | "baseline_right"
      | "covered"
      | "pairs"
      | "pairs_better",
  ) => tallies.reduce((sum, tally) => sum + tally[column], 0);
  const [forecasts, calls] = [count("forecasts"), count("calls")];
  if (forecasts < 3) return [];
  const [first, last] = [tallies[0]!, tallies.at(-1)!];
  const losses = (column: "losses" | "baseline_losses") =>
    joinedNumbers(tallies.map((tally) => new Float64Array(Uint8Array.fromBase64(tally[column]).buffer)));
  const test = testBySession(losses("losses"), losses("baseline_losses"), first.horizon);
  return [{
    model: first.model,
    horizon: first.horizon,
    forecasts,
    sessions: count("sessions"),
    first_as_of: first.first_as_of,
    last_as_of: last.last_as_of,
    mse: last.squared_errors / forecasts,
    baseline_mse: last.baseline_squared_errors / forecasts,
    mae: last.absolute_errors / forecasts,
    baseline_mae: last.baseline_absolute_errors / forecasts,
    directional_accuracy: count("right") / forecasts,
    baseline_directional_accuracy: count("baseline_right") / forecasts,
    calls,
    accuracy_of_calls: calls === 0 ? null : count("right_calls") / calls,
    pairs: count("pairs"),
    pairs_better: count("pairs_better"),
    interval_coverage: count("covered") / forecasts,
    diebold_mariano: test && test.statistic,
    diebold_mariano_p_value: test && test.pValue,
  }];
}

type Forecasts = Columns<RowOf<typeof spreadForecasts>>;

/** Positions of the forecasts of each model and horizon with a realized value, ascending. */
function placesOf({ model, horizon, actual }: Pick<Forecasts, "model" | "horizon" | "actual">): Uint32Array[] {
  const groups = new Map<string, Map<number, number>>();
  const groupAt = new Int32Array(model.length).fill(-1);
  const sizes: number[] = [];
  for (let i = 0; i < model.length; i++) {
    if (!Number.isFinite(actual[i]!)) continue;
    let ofModel = groups.get(model[i]!);
    if (!ofModel) groups.set(model[i]!, ofModel = new Map());
    let group = ofModel.get(horizon[i]!);
    if (group === undefined) ofModel.set(horizon[i]!, group = sizes.push(0) - 1);
    groupAt[i] = group;
    sizes[group]!++;
  }
  const places = sizes.map((size) => new Uint32Array(size));
  const filled = new Uint32Array(sizes.length);
  groupAt.forEach((group, i) => {
    if (group >= 0) places[group]![filled[group]!++] = i;
  });
  return places;
}

/** The number of the pair and window of each forecast. */
function pairsOf(
  { ticker_1, ticker_2, window }: Pick<Forecasts, "ticker_1" | "ticker_2" | "window">,
): { of: Uint32Array; count: number } {
  const numbers = new Map<string, number>();
  const of = new Uint32Array(window.length);
  for (let i = 0; i < window.length; i++) {
    // Forecasts of all models and horizons of a pair follow each other.
    if (i > 0 && ticker_1[i] === ticker_1[i - 1] && ticker_2[i] === ticker_2[i - 1] && window[i] === window[i - 1]) {
      of[i] = of[i - 1]!;
      continue;
    }
    const name = `${window[i]} ${ticker_1[i]} ${ticker_2[i]}`;
    let number = numbers.get(name);
    if (number === undefined) numbers.set(name, number = numbers.size);
    of[i] = number;
  }
  return { of, count: numbers.size };
}

/** Number of pairs and windows among forecasts, and those in which the model is closer than the last value. */
function pairsBetter(
  at: Uint32Array,
  pairs: { of: Uint32Array; count: number },
  { scaled_spread, forecast, actual }: Pick<Forecasts, "scaled_spread" | "forecast" | "actual">,
): { pairs: number; pairs_better: number } {
  // Squared error of the model minus that of the last value; NaN for pairs without a forecast.
  const sums = new Float64Array(pairs.count).fill(NaN);
  for (const i of at) {
    const difference = (actual[i]! - forecast[i]!) ** 2 - (actual[i]! - scaled_spread[i]!) ** 2;
    const before = sums[pairs.of[i]!]!;
    sums[pairs.of[i]!] = (Number.isNaN(before) ? 0 : before) + difference;
  }
  const found = sums.filter((sum) => !Number.isNaN(sum));
  return { pairs: found.length, pairs_better: found.filter((sum) => sum < 0).length };
}

function numberOf(places: Uint32Array, holds: (place: number) => boolean): number {
  let count = 0;
  for (const place of places) if (holds(place)) count++;
  return count;
}

/** Ends, exclusive, of the forecasts of each session. @param at Positions in order of session. */
function sessionsIn(asOf: readonly string[], at: Uint32Array): number[] {
  const ends: number[] = [];
  for (let n = 1; n <= at.length; n++) if (n === at.length || asOf[at[n]!] !== asOf[at[n - 1]!]) ends.push(n);
  return ends;
}

/** Of the errors of each session. @param ends Of the forecasts of each session. */
function rootMeanSquares(ends: readonly number[], actual: Float64Array, forecast: Float64Array): Float64Array {
  return Float64Array.from(ends, (end, n) => {
    const start = n === 0 ? 0 : ends[n - 1]!;
    let sum = 0;
    for (let i = start; i < end; i++) sum += (actual[i]! - forecast[i]!) ** 2;
    return Math.sqrt(sum / (end - start));
  });
}

/** The test squares errors: root mean squares give it the mean loss of each session. */
function testBySession(losses: Float64Array, baselineLosses: Float64Array, horizon: number) {
  if (losses.length <= Math.max(2, horizon)) return null;
  const test = dieboldMariano(losses, baselineLosses, { horizon });
  return Number.isFinite(test.statistic) ? test : null;
}
