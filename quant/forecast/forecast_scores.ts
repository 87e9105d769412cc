import { requireInteger } from "../validate.ts";
import { dieboldMariano, type DieboldMarianoResult } from "./diebold_mariano.ts";
import { type DirectionalAccuracy, directionalAccuracy } from "./directional_accuracy.ts";

/** Forecasts of one model at one horizon, with the realized values; arrays of one length, oldest first. */
export interface ScoredForecasts {
  /** The true values. */
  actual: Float64Array;
  /** The forecasts of those values. */
  forecast: Float64Array;
  /** The last value known when each forecast was made: the baseline's forecast. */
  origin: Float64Array;
  /** Steps from origin to actual. Default 1. */
  horizon?: number;
}

/** Errors of a model and of the last-value baseline, at the same positions. */
export interface ForecastScores {
  /** Number of positions. */
  count: number;
  /** Mean squared error, in squared units of the values. */
  mse: number;
  /** Mean absolute error. */
  mae: number;
  /** Mean squared error of the last value as forecast. */
  baselineMse: number;
  /** Mean absolute error of the last value as forecast. */
  baselineMae: number;
  direction: DirectionalAccuracy;
  /** Squared errors against those of the baseline, two-sided. */
  dieboldMariano: DieboldMarianoResult;
}

/**
 * Scores forecasts beside the last-value baseline.
 *
 * @throws {RangeError} If the lengths differ, there are fewer than 3 positions or not more than the horizon, or a value
 * is not finite.
 *
 * @example
 * ```ts
 * import { forecastScores } from "./forecast_scores.ts";
 * const actual = Float64Array.of(1, 2, 1, 3);
 * const origin = Float64Array.of(0, 1, 2, 1);
 * forecastScores({ actual, origin, forecast: actual }).mse; // 0
 * ```
 *
 * Verified: tests/quant/forecast/fixtures/scores.json (numpy and scipy). Cost: O(n · horizon).
 */
export function forecastScores(forecasts: ScoredForecasts): ForecastScores {
  const { actual, forecast, origin, horizon = 1 } = forecasts;
  requireInteger(horizon, "horizon", 1);
  const direction = directionalAccuracy(actual, forecast, origin);
  const errors = actual.map((value, t) => value - forecast[t]!);
  const baselineErrors = actual.map((value, t) => value - origin[t]!);
  return {
    count: actual.length,
    mse: average(errors, (error) => error * error),
    mae: average(errors, Math.abs),
    baselineMse: average(baselineErrors, (error) => error * error),
    baselineMae: average(baselineErrors, Math.abs),
    direction,
    dieboldMariano: dieboldMariano(errors, baselineErrors, { horizon }),
  };
}

function average(errors: Float64Array, loss: (error: number) => number): number {
  let sum = 0;
  for (const error of errors) sum += loss(error);
  return sum / errors.length;
}
