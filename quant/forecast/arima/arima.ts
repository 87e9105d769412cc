import { requireFinite, requireInteger } from "../../validate.ts";
import { withInterval } from "../forecast_interval.ts";
import type { Forecaster, ForecastModel } from "../forecaster.ts";
import { ModelFields, requireValue } from "../model_json.ts";
import { ArmaFilter, type FilterState } from "./arma_filter.ts";
import {
  type ArimaFit,
  type ArimaOrder,
  type ArimaParameters,
  type ArimaSearch,
  differenced,
  fitArima,
  requireOrder,
  shortestWindow,
} from "./fit_arima.ts";

const METHOD = "arima";

/** Orders to try, and how long to search. */
export interface ArimaOptions extends ArimaSearch {
  /** Orders to choose from by AIC, the first on a tie. Default p 0 … 2, d 0 … 1, q 0 … 2: 18 orders. */
  orders?: readonly ArimaOrder[];
}

/** A fitted ARIMA model. */
export interface ArimaModel extends ForecastModel {
  /** Order, parameters and likelihood on the window it was fitted on. */
  readonly fit: ArimaFit;
}

/** The 18 orders p 0 … 2, d 0 … 1, q 0 … 2, p slowest. */
export const ARIMA_ORDERS: readonly ArimaOrder[] = [0, 1, 2].flatMap((p) =>
  [0, 1].flatMap((d) => [0, 1, 2].map((q) => [p, d, q] as const))
);

/**
 * ARIMA by exact maximum likelihood, with the order chosen by Akaike's criterion from one start each, and fitted from several.
 * Updates filter the new value without another search, in time independent of the window.
 *
 * Criteria are compared over all orders, as the reference does, though the likelihood of d = 1 is that of one value less.
 * Forecast errors treat the model's parameters as known. The minimum window is that of the largest order: 16 values by default. A
 * window that is constant is refused, since its innovations have no variance.
 *
 * @example
 * ```ts
 * import { arima } from "./arima.ts";
 * const window = Float64Array.from({ length: 200 }, (_, t) => Math.sin(t * t) + Math.sin(t / 9));
 * const model = arima.fit(window, { orders: [[1, 0, 0], [1, 0, 1]] });
 * model.update(0.5).predict(3).mean.length; // 3
 * ```
 *
 * Source: Harvey, Forecasting, Structural Time Series Models and the Kalman Filter (1989), §3.3 to §3.5; Akaike (1974).
 * Verified: tests/quant/forecast/fixtures/arima.json (statsmodels). Cost: O(n) a filter, about 30 filters with
 * gradients per order.
 */
export const arima: Forecaster<ArimaOptions, ArimaModel> = {
  method: METHOD,
  fit(window, options = {}) {
    const { orders = ARIMA_ORDERS, ...search } = options;
    if (orders.length === 0) throw new RangeError("orders must hold at least one order, got none.");
    orders.forEach(requireOrder);
    requireFinite(window, "window", Math.max(...orders.map(shortestWindow)));
    const best = fitArima(window, orders.length === 1 ? orders[0]! : lowestAic(window, orders), search);
    const filter = filterOf(best);
    const values = differenced(window, best.order[1]);
    return model({ fit: best, last: requireValue(window.at(-1)!), filtered: filter.run(values, best.constant) });
  },
  restore(json) {
    const fields = new ModelFields(json, METHOD);
    const stored = fields.numbers("order", 3);
    const order: ArimaOrder = [stored[0]!, stored[1]!, stored[2]!];
    requireOrder(order);
    const [p, , q] = order;
    const size = Math.max(p, q + 1);
    return model({
      fit: {
        order,
        constant: fields.number("constant"),
        ar: fields.numbers("ar", p),
        ma: fields.numbers("ma", q),
        variance: fields.number("variance", 0),
        logLikelihood: fields.number("logLikelihood"),
        aic: fields.number("aic"),
      },
      last: fields.number("last"),
      filtered: {
        state: fields.numbers("state", size),
        covariance: fields.numbers("covariance", size * size),
      },
    });
  },
};

/** From one start each: with several, large orders win by maxima at cancelling unit roots, and the grid takes six times as long. */
function lowestAic(window: Float64Array, orders: readonly ArimaOrder[]): ArimaOrder {
  let [chosen, lowest] = [orders[0]!, Infinity];
  for (const order of orders) {
    const { aic } = fitArima(window, order, { starts: "one" });
    if (aic < lowest) [chosen, lowest] = [order, aic];
  }
  return chosen;
}

interface ArimaState {
  fit: ArimaFit;
  /** The newest value, to which differences are added for d = 1. */
  last: number;
  filtered: FilterState;
}

function filterOf({ order: [p, d, q], ar, ma }: ArimaParameters): ArmaFilter {
  const filter = new ArmaFilter(p, q, d === 0);
  filter.setCoefficients(ar, ma);
  return filter;
}

function model(current: ArimaState): ArimaModel {
  const { fit, last, filtered } = current;
  return {
    method: METHOD,
    fit,
    predict(horizon, options) {
      requireInteger(horizon, "horizon", 1);
      const { means, variances } = extrapolate(current, horizon);
      return withInterval(means, variances.map((variance) => Math.sqrt(fit.variance * variance)), options);
    },
    update(value) {
      requireValue(value);
      const seen = fit.order[1] === 0 ? value - fit.constant : value - last;
      return model({ fit, last: value + 0, filtered: filterOf(fit).advance(filtered, seen) });
    },
    toJSON: () => ({
      method: METHOD,
      ...fit,
      ar: plain(fit.ar),
      ma: plain(fit.ma),
      last,
      state: plain(filtered.state),
      covariance: plain(filtered.covariance),
    }),
  };
}

function plain(values: Float64Array): number[] {
  return Array.from(values);
}

/**
 * Means and variances (in units of the innovation variance) of the next values. Entry 0 of the state is the series less
 * its constant, or its next difference; with d = 1 a last entry holds the level.
 */
function extrapolate({ fit, last, filtered }: ArimaState, horizon: number): {
  means: Float64Array;
  variances: Float64Array;
} {
  const integrated = fit.order[1] === 1;
  const filter = filterOf(fit);
  const m = filtered.state.length;
  const size = integrated ? m + 1 : m;
  let state: Float64Array = new Float64Array(size);
  state.set(filtered.state);
  let covariance: Float64Array = new Float64Array(size * size);
  for (let i = 0; i < m; i++) covariance.set(filtered.covariance.subarray(i * m, (i + 1) * m), i * size);
  if (integrated) state[m] = last;

  const transition = new Float64Array(size * size);
  for (let i = 0; i < m; i++) {
    transition[i * size] = filter.ar[i]!;
    if (i + 1 < m) transition[i * size + i + 1] = 1;
  }
  // The level adds the difference.
  if (integrated) transition[m * size] = transition[m * size + m] = 1;

  const means = new Float64Array(horizon);
  const variances = new Float64Array(horizon);
  for (let step = 0; step < horizon; step++) {
    if (integrated) {
      means[step] = state[m]! + state[0]!;
      variances[step] = covariance[m * size + m]! + 2 * covariance[m]! + covariance[0]!;
    } else {
      means[step] = fit.constant + state[0]!;
      variances[step] = covariance[0]!;
    }
    state = multiply(transition, state, size, 1);
    const spread = multiply(transition, covariance, size, size);
    covariance = multiply(transition, transposed(spread, size), size, size);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < m; j++) covariance[i * size + j]! += filter.response[i]! * filter.response[j]!;
    }
  }
  return { means, variances };
}

/** a · b, a of size × size, b of size × columns, by rows. */
function multiply(a: Float64Array, b: Float64Array, size: number, columns: number): Float64Array {
  const product = new Float64Array(size * columns);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      for (let j = 0; j < columns; j++) product[i * columns + j]! += a[i * size + k]! * b[k * columns + j]!;
    }
  }
  return product;
}

function transposed(matrix: Float64Array, size: number): Float64Array {
  return matrix.map((_, place) => matrix[(place % size) * size + Math.floor(place / size)]!);
}
