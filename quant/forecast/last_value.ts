import { requireFinite, requireInteger } from "../validate.ts";
import { withInterval } from "./forecast_interval.ts";
import type { Forecaster, ForecastModel } from "./forecaster.ts";
import { ModelFields, requireValue } from "./model_json.ts";

const METHOD = "last_value";

/**
 * The last value as the forecast of every later one: the best forecast of a random walk, and the baseline that every
 * other model must beat.
 *
 * The error of a step is the root mean square of the window's changes; h steps have √h times that. A constant window
 * has error 0. Windows have at least 2 values.
 *
 * @example
 * ```ts
 * import { lastValue } from "./last_value.ts";
 * lastValue.fit(Float64Array.of(1, 3, 2)).predict(2).mean; // [2, 2]
 * ```
 *
 * Source: Hyndman & Athanasopoulos, Forecasting: Principles and Practice (2021), §5.2 and §5.5. Cost: O(n).
 */
export const lastValue: Forecaster = {
  method: METHOD,
  fit(window) {
    requireFinite(window, "window", 2);
    let squares = 0;
    for (let t = 1; t < window.length; t++) squares += (window[t]! - window[t - 1]!) ** 2;
    return model(requireValue(window.at(-1)!), Math.sqrt(squares / (window.length - 1)));
  },
  restore(json) {
    const fields = new ModelFields(json, METHOD);
    return model(fields.number("last"), fields.number("stepError", 0));
  },
};

function model(last: number, stepError: number): ForecastModel {
  return {
    method: METHOD,
    predict(horizon, options) {
      requireInteger(horizon, "horizon", 1);
      const deviations = Float64Array.from({ length: horizon }, (_, step) => stepError * Math.sqrt(step + 1));
      return withInterval(new Float64Array(horizon).fill(last), deviations, options);
    },
    update: (value) => model(requireValue(value), stepError),
    toJSON: () => ({ method: METHOD, last, stepError }),
  };
}
