import { requireInteger } from "../validate.ts";
import { withInterval } from "./forecast_interval.ts";
import type { ForecastModel } from "./forecaster.ts";
import { requireValue } from "./model_json.ts";

/**
 * Prediction and update of a model that forecasts from its newest values.
 *
 * @param state `recent` has the newest values, oldest first; `errors` the root mean squared error of each step, measured when the
 * model was fitted.
 * @param extend Writes the forecasts of the values after `recent`.
 * @param model The model with another `recent`.
 */
export function fromRecent(
  { recent, errors }: { recent: Float64Array; errors: Float64Array },
  extend: (forecasts: Float64Array) => void,
  model: (recent: Float64Array) => ForecastModel,
): Pick<ForecastModel, "predict" | "update"> {
  return {
    predict(horizon, options) {
      requireInteger(horizon, "horizon", 1, errors.length);
      const means = new Float64Array(horizon);
      extend(means);
      return withInterval(means, errors.slice(0, horizon), options);
    },
    update(value) {
      const next = recent.slice();
      next.copyWithin(0, 1);
      next[next.length - 1] = requireValue(value);
      return model(next);
    },
  };
}
