import { requireFinite, requireInteger } from "../../validate.ts";
import { fromRecent } from "../from_recent.ts";
import type { Forecaster, ForecastModel } from "../forecaster.ts";
import { horizonErrors } from "../horizon_errors.ts";
import { ModelFields, requireValue } from "../model_json.ts";
import { type WindowScale, windowScale } from "../window_scale.ts";

/** Number of lags, and maximum horizon. */
export interface LagOptions {
  /** Number of values before a value that it is predicted from, 1 to 127. Default 5. */
  lags?: number;
  /** Maximum number of steps ahead. Default 10. */
  horizon?: number;
}

/** A regression from rows of features to one value. */
export interface LagRegression<Options, Trees> {
  method: string;
  grow(columns: readonly Float64Array[], target: Float64Array, options: Options): Trees;
  /** Prediction for a row of features. */
  predict(trees: Trees, row: Float32Array): number;
  /** Plain data of grown trees; their names must differ from those of the model's other fields. */
  store(trees: Trees): Record<string, unknown>;
  restore(fields: ModelFields, features: number): Trees;
}

/** Share of the window, at its end, whose forecast errors give the interval. */
const CALIBRATION_SHARE = 0.2;

/**
 * A forecaster that regresses each value on the `lags` values before it, all scaled to 0 … 1 on the window.
 *
 * Later steps are predicted from predictions. Errors of h steps are measured, not assumed: the regression is also fitted on the
 * first 80 % of the window, scaled by these alone, and its forecasts from every later origin are scored. Windows have at least
 * the larger of 5 · (horizon + 1) and 2 · (lags + 2) values.
 */
export function lagForecaster<Options, Trees>(
  regression: LagRegression<Options, Trees>,
): Forecaster<LagOptions & Options, TreeModel<Trees>> {
  const { method } = regression;
  return {
    method,
    fit(window, options = {} as LagOptions & Options) {
      const { lags = 5, horizon = 10 } = options;
      requireInteger(lags, "lags", 1, 127);
      requireInteger(horizon, "horizon", 1);
      requireFinite(window, "window", Math.max(5 * (horizon + 1), 2 * (lags + 2)));
      const first = window.length - Math.floor(CALIBRATION_SHARE * window.length);
      const early = grow(regression, window.subarray(0, first), lags, options);
      const errors = horizonErrors(window, first - 1, horizon, (origin, forecasts) => {
        extend(regression, early, window.subarray(origin + 1 - lags, origin + 1), forecasts);
      });
      const recent = window.slice(-lags).map(requireValue);
      return model(regression, { ...grow(regression, window, lags, options), recent, errors });
    },
    restore(json) {
      const fields = new ModelFields(json, method);
      const recent = fields.numbers("recent");
      requireInteger(recent.length, `The number of recent values of a stored ${method} model`, 1, 127);
      const scale = { offset: fields.number("offset"), range: fields.number("range", Number.MIN_VALUE) };
      return model(regression, {
        scale,
        recent,
        errors: fields.numbers("errors"),
        trees: regression.restore(fields, recent.length),
      });
    },
  };
}

/** A model of trees. */
export interface TreeModel<Trees> extends ForecastModel {
  readonly trees: Trees;
}

interface Grown<Trees> {
  trees: Trees;
  scale: WindowScale;
}

interface LagState<Trees> extends Grown<Trees> {
  /** The newest values, oldest first, one per lag. */
  recent: Float64Array;
  /** Root mean squared error by step. */
  errors: Float64Array;
}

function grow<Options, Trees>(
  regression: LagRegression<Options, Trees>,
  window: Float64Array,
  lags: number,
  options: Options,
): Grown<Trees> {
  const scale = windowScale(window);
  const scaled = window.map((value) => (value - scale.offset) / scale.range);
  const columns = Array.from({ length: lags }, (_, lag) => scaled.slice(lags - lag - 1, scaled.length - lag - 1));
  return { scale, trees: regression.grow(columns, scaled.slice(lags), options) };
}

/** Writes the forecasts of the values after `recent`. */
function extend<Options, Trees>(
  regression: LagRegression<Options, Trees>,
  { trees, scale }: Grown<Trees>,
  recent: Float64Array,
  forecasts: Float64Array,
): void {
  const lags = recent.length;
  const row = new Float32Array(lags);
  for (let lag = 0; lag < lags; lag++) row[lag] = (recent[lags - 1 - lag]! - scale.offset) / scale.range;
  for (let step = 0; step < forecasts.length; step++) {
    const value = regression.predict(trees, row);
    forecasts[step] = scale.offset + scale.range * value;
    row.copyWithin(1, 0);
    row[0] = value;
  }
}

function model<Options, Trees>(regression: LagRegression<Options, Trees>, state: LagState<Trees>): TreeModel<Trees> {
  const { method } = regression;
  const { trees, scale, recent, errors } = state;
  return {
    method,
    trees,
    ...fromRecent(
      state,
      (forecasts) => extend(regression, state, recent, forecasts),
      (recent) => model(regression, { ...state, recent }),
    ),
    toJSON: () => ({
      method,
      ...scale,
      recent: Array.from(recent),
      errors: Array.from(errors),
      ...regression.store(trees),
    }),
  };
}
