import { rollingTrendForecast } from "../rolling_trend.ts";
import { requireFinite, requireInteger } from "../validate.ts";
import { fromRecent } from "./from_recent.ts";
import type { Forecaster, ForecastModel } from "./forecaster.ts";
import { horizonErrors } from "./horizon_errors.ts";
import { ModelFields, requireValue } from "./model_json.ts";

const METHOD = "rolling_trend";

/** Settings of trend and forecast. */
export interface TrendLineOptions {
  /** Number of values of the line fit, at least 3. Default 10. */
  lookback?: number;
  /** Minimum share of the variance that a line must exceed; otherwise the last value is the forecast. Default 0.6. */
  minRSquared?: number;
  /** Maximum number of steps ahead. Default 10. */
  horizon?: number;
}

/**
 * The rolling regression trend: the line through the last `lookback` values, extended, if it explains enough of their variance;
 * the last value otherwise.
 *
 * Errors of h steps are those of the same rule inside the window, from every origin with `lookback` values before it. Windows
 * have at least lookback + horizon values.
 *
 * @example
 * ```ts
 * import { trendLine } from "./trend_line.ts";
 * trendLine.fit(Float64Array.from({ length: 30 }, (_, t) => 2 * t)).predict(2).mean; // [60, 62]
 * ```
 *
 * Verified: tests/quant/forecast/trend_line_test.ts (against `rollingTrend`). Cost: O(n · lookback).
 */
export const trendLine: Forecaster<TrendLineOptions> = {
  method: METHOD,
  fit(window, options = {}) {
    const { lookback = 10, minRSquared = 0.6, horizon = 10 } = options;
    requireInteger(lookback, "lookback", 3);
    requireInteger(horizon, "horizon", 1);
    if (!(minRSquared >= 0 && minRSquared <= 1)) {
      throw new RangeError(`minRSquared must lie within 0 … 1, got ${minRSquared}.`);
    }
    requireFinite(window, "window", lookback + horizon);
    const errors = horizonErrors(window, lookback - 1, horizon, (origin, forecasts) => {
      extend(window.subarray(origin + 1 - lookback, origin + 1), minRSquared, forecasts);
    });
    return model({ recent: window.slice(-lookback).map(requireValue), minRSquared, errors });
  },
  restore(json) {
    const fields = new ModelFields(json, METHOD);
    return model({
      recent: fields.numbers("recent"),
      minRSquared: fields.number("minRSquared", 0),
      errors: fields.numbers("errors"),
    });
  },
};

interface TrendLineState {
  /** The values that the line is fitted to. */
  recent: Float64Array;
  minRSquared: number;
  /** Root mean squared error by step. */
  errors: Float64Array;
}

function extend(recent: Float64Array, minRSquared: number, forecasts: Float64Array): void {
  const lookback = recent.length;
  const [line] = rollingTrendForecast(Float64Array.from(recent, (_, t) => t), recent, { window: lookback });
  const { rSquared, slope, intercept } = line!;
  for (let step = 0; step < forecasts.length; step++) {
    forecasts[step] = rSquared > minRSquared ? intercept + slope * (lookback + step) : recent[lookback - 1]!;
  }
}

function model(state: TrendLineState): ForecastModel {
  return {
    method: METHOD,
    ...fromRecent(
      state,
      (forecasts) => extend(state.recent, state.minRSquared, forecasts),
      (recent) => model({ ...state, recent }),
    ),
    toJSON: () => ({
      method: METHOD,
      recent: Array.from(state.recent),
      minRSquared: state.minRSquared,
      errors: Array.from(state.errors),
    }),
  };
}
