import { requireFinite, requireInteger } from "../../validate.ts";
import { withInterval } from "../forecast_interval.ts";
import type { Forecaster, ForecastModel } from "../forecaster.ts";
import { ModelFields, requireValue } from "../model_json.ts";
import { fitProphet, loadStan, type ProphetSearch, usualSearch } from "./fit_prophet.ts";
import { curveAt, type ProphetCurve, type Seasonality } from "./prophet_curve.ts";
import { nextWeekday, weekdays } from "./weekdays.ts";

const METHOD = "prophet";
/** Minimum number of values, from which a window spans two weeks. */
const FEWEST = 15;

/** Settings of {@linkcode prophet}. */
export interface ProphetOptions {
  /** Day of each value, ascending, as days since 1970-01-01. Consecutive weekdays unless given. */
  days?: ArrayLike<number>;
  /** Search for the maximum. Default `stan`, below 100 values `highest`: what Prophet finds. */
  search?: ProphetSearch;
}

/** A Prophet model: its forecasts depend on the day alone. */
export interface ProphetModel extends ForecastModel {
  update(value: number, day?: number): ProphetModel;
}

/**
 * Prophet with its defaults: a piecewise linear trend, a weekly seasonality, and from two years on a yearly one, with maximum a
 * posteriori parameters.
 *
 * A forecast is the curve's value on its day. It does not start from the last value: updating a model only moves its day. Days of
 * forecasts are the weekdays after the last known day. Windows have at least 15 values.
 *
 * Errors are normal: the deviation around the curve, and future changes of trend at the rate and mean size of those in the
 * window, which Prophet draws at random.
 *
 * `load` must have been awaited before the first fit by `stan`; restored models need nothing.
 *
 * @example
 * ```ts
 * import { prophet } from "./prophet.ts";
 * await prophet.load();
 * prophet.fit(Float64Array.from({ length: 100 }, (_, t) => t)).predict(1).mean; // about 100
 * ```
 *
 * Source: Taylor & Letham, Forecasting at Scale, The American Statistician 72 (2018); Prophet 1.1.5, whose Stan program is
 * compiled to
 * WebAssembly in @bsull/augurs-prophet-wasmstan. Verified: tests/quant/forecast/prophet_test.ts.
 */
export const prophet: Forecaster<ProphetOptions, ProphetModel> & { load(): Promise<void> } = {
  method: METHOD,
  load: loadStan,
  fit(window, { days: given, search = usualSearch(window.length) } = {}) {
    requireFinite(window, "window", FEWEST);
    const days = given === undefined ? weekdays(window.length) : Float64Array.from(given);
    requireAscending(days, window.length);
    const { curve, sigma } = fitProphet(window, days, search);
    return model({ curve, sigma, day: days.at(-1)! });
  },
  restore(json) {
    const fields = new ModelFields(json, METHOD);
    const seasonalities = [
      ...seasonalityOf(fields, "yearly", 365.25),
      ...seasonalityOf(fields, "weekly", 7),
    ];
    const changepoints = fields.numbers("changepoints");
    return model({
      curve: {
        scale: fields.number("scale", 0),
        start: fields.number("start"),
        span: fields.number("span", 0),
        changepoints,
        seasonalities,
        k: fields.number("k"),
        m: fields.number("m"),
        delta: fields.numbers("delta", changepoints.length),
        beta: fields.numbers("beta", seasonalities.reduce((sum, { order }) => sum + 2 * order, 0)),
      },
      sigma: fields.number("sigma", 0),
      day: fields.number("day"),
    });
  },
};

interface ProphetState {
  curve: ProphetCurve;
  /** Standard deviation of values around the curve, in its scale. */
  sigma: number;
  /** The last known day, as days since 1970-01-01. */
  day: number;
}

function seasonalityOf(fields: ModelFields, name: string, period: number): Seasonality[] {
  const order = fields.integer(name, 0, 100);
  return order === 0 ? [] : [{ period, order }];
}

function requireAscending(days: Float64Array, length: number): void {
  if (days.length !== length) {
    throw new RangeError(`days must have ${length} entries, one a value, got ${days.length}.`);
  }
  const wrong = days.findIndex((day, i) => !Number.isFinite(day) || (i > 0 && day <= days[i - 1]!));
  if (wrong >= 0) throw new RangeError(`days must be finite and ascend; entry ${wrong} is ${days[wrong]}.`);
}

function model(state: ProphetState): ProphetModel {
  const { curve, sigma, day } = state;
  return {
    method: METHOD,
    predict(horizon, options) {
      requireInteger(horizon, "horizon", 1);
      const means = new Float64Array(horizon);
      const deviations = new Float64Array(horizon);
      for (let step = 0, ahead = day; step < horizon; step++) {
        ahead = nextWeekday(ahead);
        means[step] = curveAt(curve, ahead);
        deviations[step] = deviationAt(state, ahead);
      }
      return withInterval(means, deviations, options);
    },
    update(value, next = nextWeekday(day)) {
      requireValue(value);
      if (!(next > day && next < Infinity)) throw new RangeError(`day must come after ${day}, got ${next}.`);
      return model({ ...state, day: next });
    },
    toJSON() {
      const { seasonalities, changepoints, delta, beta, ...numbers } = curve;
      const orderOf = (period: number) => seasonalities.find((one) => one.period === period)?.order ?? 0;
      return {
        method: METHOD,
        ...numbers,
        changepoints: [...changepoints],
        delta: [...delta],
        beta: [...beta],
        yearly: orderOf(365.25),
        weekly: orderOf(7),
        sigma,
        day,
      };
    },
  };
}

/** Changes of trend occur at the rate of the window's changepoints; their sizes have a Laplace distribution. */
function deviationAt({ curve: { scale, start, span, delta }, sigma }: ProphetState, day: number): number {
  const beyond = Math.max(0, (day - start) / span - 1);
  const size = delta.length === 0 ? 0 : delta.reduce((sum, change) => sum + Math.abs(change), 0) / delta.length;
  return scale * Math.sqrt(sigma ** 2 + delta.length * 2 * size ** 2 * beyond ** 3 / 3);
}
