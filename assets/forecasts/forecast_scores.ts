import { z } from "zod";
import { type Columns, eager, keepAll, notEmpty, type RowOf } from "../../engine/mod.ts";
import { dieboldMariano, forecastScores as scoresOf } from "../../quant/mod.ts";
import { asset } from "../resources.ts";
import { takingTurns } from "../../resources/turns.ts";
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
 */
export const forecastScores = asset({
  key: "forecast_scores",
  module: import.meta,
  group: "forecasts",
  layer: "gold",
  description:
    "Out-of-sample errors of each forecaster and horizon beside those of the last value, with the test of Diebold and Mariano.",
  deps: { forecasts: spreadForecasts },
  automation: eager(),
  row: ForecastScore,
  primaryKey: ["model", "horizon"],
  retention: keepAll,
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, signal, progress }) {
    const read = await inputs.forecasts.columns(
      ...["as_of", "ticker_1", "ticker_2", "model", "horizon", "window"] as const,
      ...["scaled_spread", "forecast", "lower", "upper", "actual"] as const,
    );
    const { as_of, model, horizon, scaled_spread, forecast, lower, upper, actual } = read;
    const places = placesOf(read);
    const pairs = pairsOf(read);
    const rows: z.output<typeof ForecastScore>[] = [];
    const turn = takingTurns();
    for (const [done, at] of places.entries()) {
      // Too few forecasts for a score.
      if (at.length >= 3) {
        const of = (column: Float64Array) => Float64Array.from(at, (i) => column[i]!);
        const scored = { actual: of(actual), forecast: of(forecast), origin: of(scaled_spread) };
        const steps = horizon[at[0]!]!;
        const { count, mse, mae, baselineMse, baselineMae, direction } = scoresOf(scored);
        const sessions = sessionsIn(as_of, at);
        const test = testBySession(sessions, scored, steps);
        rows.push({
          model: model[at[0]!]!,
          horizon: steps,
          forecasts: count,
          sessions: sessions.length,
          first_as_of: as_of[at[0]!]!,
          last_as_of: as_of[at.at(-1)!]!,
          mse,
          baseline_mse: baselineMse,
          mae,
          baseline_mae: baselineMae,
          directional_accuracy: direction.accuracy,
          baseline_directional_accuracy: numberOf(at, (i) => actual[i] === scaled_spread[i]) / count,
          calls: direction.calls,
          accuracy_of_calls: direction.calls === 0 ? null : direction.accuracyOfCalls,
          ...pairsBetter(at, pairs, read),
          interval_coverage: numberOf(at, (i) => lower[i]! <= actual[i]! && actual[i]! <= upper[i]!) / count,
          diebold_mariano: test && test.statistic,
          diebold_mariano_p_value: test && test.pValue,
        });
      }
      await turn();
      signal.throwIfAborted();
      progress(done + 1, places.length);
    }
    return { rows };
  },
});

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

/** @param ends Of the forecasts of each session. */
function testBySession(
  ends: readonly number[],
  { actual, forecast, origin }: { actual: Float64Array; forecast: Float64Array; origin: Float64Array },
  horizon: number,
) {
  if (ends.length <= Math.max(2, horizon)) return null;
  // The test squares errors: root mean squares give it the mean loss of each session.
  const rootMeanSquares = (of: Float64Array) =>
    Float64Array.from(ends, (end, n) => {
      const start = n === 0 ? 0 : ends[n - 1]!;
      let sum = 0;
      for (let i = start; i < end; i++) sum += (actual[i]! - of[i]!) ** 2;
      return Math.sqrt(sum / (end - start));
    });
  const test = dieboldMariano(rootMeanSquares(forecast), rootMeanSquares(origin), { horizon });
  return Number.isFinite(test.statistic) ? test : null;
}
