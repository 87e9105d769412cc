/** Forecasts of the next values of a series, one entry a step: entry 0 is the next value. */
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

/** How forecasts are taken. */
export interface PredictOptions {
  /** Probability that the interval covers the value, if forecast errors are normal. Default 0.95. */
  coverage?: number;
}

/**
 * A fitted model together with the values that it has seen. It never changes: updating gives another model.
 *
 * All values are in the unit of the window that the model was fitted on.
 */
export interface ForecastModel {
  /** Name of the forecaster that made it. */
  readonly method: string;
  /**
   * Forecasts the next `horizon` values.
   *
   * @throws {RangeError} If `horizon` is not an integer of at least 1 or lies beyond the horizon that a model was
   * calibrated for, or `coverage` does not lie in 0 < coverage < 1.
   */
  predict(horizon: number, options?: PredictOptions): Forecast;
  /**
   * The model after one more value. Parameters, scaling and the error of forecasts stay as they were fitted: only what
   * the forecast starts from moves.
   *
   * @param day Its day, as days since 1970-01-01, for the methods that look at days; the next weekday unless given.
   * @throws {RangeError} If `value` is not finite, or `day` does not come after the last one of a method that looks at days.
   */
  update(value: number, day?: number): ForecastModel;
  /** Plain data from which `restore` makes a model with the same bits; `JSON.stringify(model)` calls it. */
  toJSON(): { readonly method: string };
}

/** Fits models of one kind. The same window and options give the same model, to the bit. */
export interface Forecaster<Options = Record<never, never>, Model extends ForecastModel = ForecastModel> {
  /** Name of the method, which its models carry. */
  readonly method: string;
  /**
   * Fits a model on a window, and on nothing else: parameters, scaling and the error of forecasts.
   *
   * @param window Values one a session, oldest first, finite. It is not kept: later changes to it do not matter.
   * @throws {RangeError} If the window is too short for the method or holds a value that is not finite, or an option is
   * out of its range.
   */
  fit(window: Float64Array, options?: Options): Model;
  /** Loads what a fit needs; where it is there, it must have resolved before the first fit. Restored models need nothing. */
  load?(): Promise<void>;
  /**
   * Makes a model again from what `toJSON` gave.
   *
   * @throws {RangeError} If the data are not those of a model of this method; the message names the field.
   */
  restore(json: unknown): Model;
}
