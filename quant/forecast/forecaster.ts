/** Forecasts of the next values of a series, one entry per step: entry 0 is the next value. */
export interface Forecast {
  /** Expected values. */
  mean: Float64Array;
  /** Standard deviations of the forecast errors. */
  standardDeviation: Float64Array;
  /** Lower ends of the interval. */
  lower: Float64Array;
  /** Upper ends of the interval. */
  upper: Float64Array;
}

/** Options of a forecast. */
export interface PredictOptions {
  /** Probability that the interval covers the value, if forecast errors are normal. Default 0.95. */
  coverage?: number;
}

/**
 * A fitted model with the values that it has seen. Immutable: an update gives another model.
 *
 * All values are in the unit of the window that the model was fitted on.
 */
export interface ForecastModel {
  /** Name of the forecaster that made it. */
  readonly method: string;
  /**
   * Forecasts the next `horizon` values.
   *
   * @throws {RangeError} If `horizon` is not an integer of at least 1 or exceeds the horizon that a model was calibrated for, or
   * `coverage` does not lie in 0 < coverage < 1.
   */
  predict(horizon: number, options?: PredictOptions): Forecast;
  /**
   * The model after one more value. Parameters, scaling and forecast errors stay as fitted: only the starting point of the
   * forecast moves.
   *
   * @param day Its day, as days since 1970-01-01, for methods that depend on days; the next weekday unless given.
   * @throws {RangeError} If `value` is not finite, or `day` is not after the last one, for a method that depends on days.
   */
  update(value: number, day?: number): ForecastModel;
  /** Plain data from which `restore` makes a model with the same bits; `JSON.stringify(model)` uses it. */
  toJSON(): { readonly method: string };
}

/** Fits models of one kind. The same window and options give the same model, to the bit. */
export interface Forecaster<Options = Record<never, never>, Model extends ForecastModel = ForecastModel> {
  /** Name of the method, which its models have too. */
  readonly method: string;
  /**
   * Fits a model on a window alone: parameters, scaling and forecast errors.
   *
   * @param window Values one per session, oldest first, finite. It is not kept: later changes to it have no effect.
   * @throws {RangeError} If the window is too short for the method or contains a value that is not finite, or an option is out of its range.
   */
  fit(window: Float64Array, options?: Options): Model;
  /** Loads dependencies of a fit; if defined, it must have resolved before the first fit. Restored models do not need it. */
  load?(): Promise<void>;
  /**
   * Restores a model from the result of its `toJSON`.
   *
   * @throws {RangeError} If the data are not those of a model of this method; the message names the field.
   */
  restore(json: unknown): Model;
}
