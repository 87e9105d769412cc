import { regressCentred } from "../linear_regression.ts";
import { requireFinite, requireInteger } from "../validate.ts";
import { withInterval } from "./forecast_interval.ts";
import type { Forecaster, ForecastModel } from "./forecaster.ts";
import { ModelFields, requireValue } from "./model_json.ts";

const METHOD = "mean_reversion";

/**
 * Mean reversion by an autoregression of order 1: x(t) = intercept + slope · x(t − 1) + e(t), by least squares.
 *
 * h steps ahead have the error s · √(1 + slope² + … + slope^(2h − 2)), s² the residual variance with n − 3 degrees of freedom;
 * the error of the two coefficients is ignored. A slope of 1 or more is used as estimated: neither the window nor the forecasts
 * revert then. Windows have at least 4 values, of which those before the last are not all equal.
 *
 * @example
 * ```ts
 * import { meanReversion } from "./mean_reversion.ts";
 * meanReversion.fit(Float64Array.of(8, 4, 2, 1)).predict(2).mean; // [0.5, 0.25]
 * ```
 *
 * Source: Hamilton, Time Series Analysis (1994), §3.4 and §4.2. Verified: tests/quant/forecast/fixtures/baselines.json
 * (statsmodels AutoReg). Cost: O(n).
 */
export const meanReversion: Forecaster = {
  method: METHOD,
  fit(window) {
    requireFinite(window, "window", 4);
    const before = window.subarray(0, -1);
    if (before.every((value) => value === before[0])) {
      throw new RangeError("The window is constant: it reverts to nothing. Use last_value.");
    }
    const { slope, intercept, residuals } = regressCentred(before, window.subarray(1));
    let squares = 0;
    for (const residual of residuals) squares += residual * residual;
    return model({
      last: requireValue(window.at(-1)!),
      slope: requireValue(slope),
      intercept: requireValue(intercept),
      stepError: Math.sqrt(squares / (residuals.length - 2)),
    });
  },
  restore(json) {
    const fields = new ModelFields(json, METHOD);
    return model({
      last: fields.number("last"),
      slope: fields.number("slope"),
      intercept: fields.number("intercept"),
      stepError: fields.number("stepError", 0),
    });
  },
};

interface MeanReversionState {
  last: number;
  slope: number;
  intercept: number;
  /** Standard deviation of the residuals. */
  stepError: number;
}

function model(state: MeanReversionState): ForecastModel {
  const { slope, intercept, stepError } = state;
  return {
    method: METHOD,
    predict(horizon, options) {
      requireInteger(horizon, "horizon", 1);
      const means = new Float64Array(horizon);
      const deviations = new Float64Array(horizon);
      let value = state.last;
      let variance = 0;
      for (let step = 0; step < horizon; step++) {
        value = intercept + slope * value;
        variance = 1 + slope * slope * variance;
        means[step] = value;
        deviations[step] = stepError * Math.sqrt(variance);
      }
      return withInterval(means, deviations, options);
    },
    update: (value) => model({ ...state, last: requireValue(value) }),
    toJSON: () => ({ method: METHOD, ...state }),
  };
}
