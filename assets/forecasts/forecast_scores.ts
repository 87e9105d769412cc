import { z } from "zod";
import { eager, keepAll, notEmpty } from "../../engine/mod.ts";
import { dieboldMariano, forecastScores as scoresOf } from "../../quant/mod.ts";
import { asset } from "../resources.ts";
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
    const places = Map.groupBy(
      as_of.keys().filter((i) => Number.isFinite(actual[i]!)),
      (i) => `${model[i]} ${horizon[i]}`,
    );
    const rows: z.output<typeof ForecastScore>[] = [];
    for (const [done, at] of [...places.values()].entries()) {
      // Too few forecasts for a score.
      if (at.length >= 3) {
        const of = (column: Float64Array) => Float64Array.from(at, (i) => column[i]!);
        const scored = { actual: of(actual), forecast: of(forecast), origin: of(scaled_spread) };
        const steps = horizon[at[0]!]!;
        const { count, mse, mae, baselineMse, baselineMae, direction } = scoresOf(scored);
        const sessions = at.map((i) => as_of[i]!);
        const test = testBySession(sessions, scored, steps);
        rows.push({
          model: model[at[0]!]!,
          horizon: steps,
          forecasts: count,
          sessions: new Set(sessions).size,
          first_as_of: sessions[0]!,
          last_as_of: sessions.at(-1)!,
          mse,
          baseline_mse: baselineMse,
          mae,
          baseline_mae: baselineMae,
          directional_accuracy: direction.accuracy,
          baseline_directional_accuracy: at.filter((i) => actual[i] === scaled_spread[i]).length / count,
          calls: direction.calls,
          accuracy_of_calls: direction.calls === 0 ? null : direction.accuracyOfCalls,
          ...pairsBetter(at, read),
          interval_coverage: at.filter((i) => lower[i]! <= actual[i]! && actual[i]! <= upper[i]!).length / count,
          diebold_mariano: test && test.statistic,
          diebold_mariano_p_value: test && test.pValue,
        });
      }
      await new Promise((resolve) => setTimeout(resolve));
      signal.throwIfAborted();
      progress(done + 1, places.size);
    }
    return { rows };
  },
});

/** Number of pairs and windows among forecasts, and those in which the model is closer than the last value. */
function pairsBetter(
  at: readonly number[],
  { ticker_1, ticker_2, window, scaled_spread, forecast, actual }: {
    ticker_1: readonly string[];
    ticker_2: readonly string[];
    window: Float64Array;
    scaled_spread: Float64Array;
    forecast: Float64Array;
    actual: Float64Array;
  },
): { pairs: number; pairs_better: number } {
  // Squared error of the model minus that of the last value.
  const sums = new Map<string, number>();
  for (const i of at) {
    const name = `${window[i]} ${ticker_1[i]} ${ticker_2[i]}`;
    const difference = (actual[i]! - forecast[i]!) ** 2 - (actual[i]! - scaled_spread[i]!) ** 2;
    sums.set(name, (sums.get(name) ?? 0) + difference);
  }
  return { pairs: sums.size, pairs_better: sums.values().filter((sum) => sum < 0).toArray().length };
}

/** @param sessions Session of each forecast, ascending. */
function testBySession(
  sessions: readonly string[],
  { actual, forecast, origin }: { actual: Float64Array; forecast: Float64Array; origin: Float64Array },
  horizon: number,
) {
  const placesOf = [...Map.groupBy(sessions.keys(), (i) => sessions[i]!).values()];
  if (placesOf.length <= Math.max(2, horizon)) return null;
  // The test squares errors: root mean squares give it the mean loss of each session.
  const rootMeanSquares = (of: Float64Array) =>
    Float64Array.from(
      placesOf,
      (places) => Math.sqrt(places.reduce((sum, i) => sum + (actual[i]! - of[i]!) ** 2, 0) / places.length),
    );
  const test = dieboldMariano(rootMeanSquares(forecast), rootMeanSquares(origin), { horizon });
  return Number.isFinite(test.statistic) ? test : null;
}
