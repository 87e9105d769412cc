import { requireFinite, requireInteger } from "../validate.ts";
import { withInterval } from "./forecast_interval.ts";
import type { Forecaster, ForecastModel } from "./forecaster.ts";
import { ModelFields, requireValue } from "./model_json.ts";

const METHOD = "drift";

/**
 * Random walk with drift: the last value plus the window's mean change for each step.
 *
 * The error of h steps is s · √(h · (1 + h / (n − 1))), s the sample standard deviation of the n − 1 changes: the second
 * term is that of the estimated drift. Windows have at least 3 values.
 *
 * @example
 * ```ts
 * import { drift } from "./drift.ts";
 * drift.fit(Float64Array.of(1, 2, 3)).predict(2).mean; // [4, 5]
 * ```
 *
 * Source: Hyndman & Athanasopoulos, Forecasting: Principles and Practice (2021), §5.2 and §5.5. Cost: O(n).
 */
export const drift: Forecaster = {
  method: METHOD,
  fit(window) {
    requireFinite(window, "window", 3);
    const changes = window.length - 1;
    const step = requireValue((window[changes]! - window[0]!) / changes);
    let squares = 0;
    for (let t = 1; t <= changes; t++) squares += (window[t]! - window[t - 1]! - step) ** 2;
    return model({
      last: requireValue(window[changes]!),
      step,
      stepError: Math.sqrt(squares / (changes - 1)),
      changes,
    });
  },
  restore(json) {
    const fields = new ModelFields(json, METHOD);
    return model({
      last: fields.number("last"),
      step: fields.number("step"),
      stepError: fields.number("stepError", 0),
      changes: fields.integer("changes", 2),
    });
  },
};

interface DriftState {
  last: number;
  /** Mean change a session. */
  step: number;
  /** Sample standard deviation of the changes. */
  stepError: number;
  /** Number of changes that the drift was estimated from. */
  changes: number;
}

function model(state: DriftState): ForecastModel {
  const { last, step, stepError, changes } = state;
  return {
    method: METHOD,
    predict(horizon, options) {
      requireInteger(horizon, "horizon", 1);
      const means = Float64Array.from({ length: horizon }, (_, i) => last + step * (i + 1));
      const deviations = means.map((_, i) => stepError * Math.sqrt((i + 1) * (1 + (i + 1) / changes)));
      return withInterval(means, deviations, options);
    },
    update: (value) => model({ ...state, last: requireValue(value) }),
    toJSON: () => ({ method: METHOD, ...state }),
  };
}
