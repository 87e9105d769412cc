import { mean } from "../../centring.ts";
import { requireFinite, requireInteger } from "../../validate.ts";
import { ArmaFilter } from "./arma_filter.ts";
import { hannanRissanen } from "./hannan_rissanen.ts";
import { minimizeSmooth } from "./minimize_smooth.ts";
import { stationaryCoefficients, unboundedNumbers } from "./stationary_coefficients.ts";

/** Autoregressive order p, differences d and moving-average order q. */
export type ArimaOrder = readonly [p: number, d: number, q: number];

/** Parameters of an ARIMA model. */
export interface ArimaParameters {
  order: ArimaOrder;
  /** Mean of the series for d = 0; 0 for d = 1, which has no constant. */
  constant: number;
  /** Autoregressive coefficients φ(1) … φ(p). */
  ar: Float64Array;
  /** Moving-average coefficients θ(1) … θ(q), with a plus sign in the model. */
  ma: Float64Array;
  /** Variance of the innovations. */
  variance: number;
}

/** Parameters with their likelihood. */
export interface ArimaFit extends ArimaParameters {
  /** Exact Gaussian log-likelihood; with d = 1 that of the differences. */
  logLikelihood: number;
  /** Akaike's criterion: 2 · (number of parameters, constant and variance included) − 2 · log-likelihood. */
  aic: number;
}

/** Highest order of the autoregression and of the moving average. */
const MAX_ORDER = 8;

/** Shortest series that a model of this order can be fitted to. */
export function shortestWindow([p, d, q]: ArimaOrder): number {
  return d + Math.max(10, 3 * (p + q + 1));
}

/** @throws {RangeError} If p or q is not an integer from 0 to 8, or d not 0 or 1. */
export function requireOrder([p, d, q]: ArimaOrder): void {
  requireInteger(p, "p", 0, MAX_ORDER);
  requireInteger(d, "d", 0, 1);
  requireInteger(q, "q", 0, MAX_ORDER);
}

/** The values that the stationary part of a model describes: the series, or its differences. */
export function differenced(series: Float64Array, differences: number): Float64Array {
  return differences === 0 ? series : series.subarray(1).map((value, t) => value - series[t]!);
}

/**
 * ARIMA(p, d, q) by exact maximum likelihood: stationary in its autoregression, invertible in its moving average, with a constant
 * for d = 0.
 *
 * The search starts from {@link hannanRissanen} and ends in the nearest maximum. If the likelihood increases towards a unit root,
 * coefficients end just inside it.
 *
 * @param series Values, oldest first, finite, of at least d + 10 and d + 3 · (p + q + 1) values.
 * @throws {RangeError} If the order is out of range, the series is too short, a value is not finite, or the model fits all values
 * (with d = 1: all differences) without an error.
 *
 * Source: Harvey (1989), §3.4; Box, Jenkins & Reinsel, Time Series Analysis (2008), ch. 7. Verified:
 * tests/quant/forecast/fixtures/arima.json (statsmodels). Cost: about 100 to 500 filters of O(n · max(p, q + 1)).
 */
export function fitArima(series: Float64Array, order: ArimaOrder): ArimaFit {
  requireOrder(order);
  const [p, d, q] = order;
  requireFinite(series, "series", shortestWindow(order));
  const raw = differenced(series, d);
  // Centred first, so that a series far from zero keeps its digits in the filter.
  const centre = d === 0 ? mean(raw) : 0;
  const values = d === 0 ? raw.map((value) => value - centre) : raw;
  if (values.every((value) => value === 0)) {
    throw new RangeError("The series is constant: its innovations have no variance. Use last_value.");
  }

  const filter = new ArmaFilter(p, q, d === 0);
  const ar = new Float64Array(p);
  const ma = new Float64Array(q);
  const setFilter = (point: Float64Array) => {
    stationaryCoefficients(point.subarray(0, p), ar);
    stationaryCoefficients(point.subarray(p), ma);
    for (let i = 0; i < q; i++) ma[i] = 0 - ma[i]!;
    filter.setCoefficients(ar, ma);
  };
  const start = hannanRissanen(values, p, q);
  const unbounded = new Float64Array(p + q);
  // A start outside the stationary or invertible region gives no information about the maximum.
  unbounded.set(unboundedNumbers(start.ar) ?? new Float64Array(p), 0);
  unbounded.set(unboundedNumbers(start.ma.map((value) => -value)) ?? new Float64Array(q), p);
  const { point } = minimizeSmooth((candidate) => {
    setFilter(candidate);
    const { logLikelihood } = filter.likelihood(values);
    return Number.isNaN(logLikelihood) ? Infinity : -logLikelihood / values.length;
  }, unbounded);

  setFilter(point);
  const { logLikelihood, constant, variance } = filter.likelihood(values);
  if (!(variance > 0)) {
    throw new RangeError(`ARIMA(${order}) fits the series without an error: there is nothing to estimate.`);
  }
  const parameters = p + q + 1 + (d === 0 ? 1 : 0);
  return {
    order,
    constant: d === 0 ? centre + constant : 0,
    ar,
    ma,
    variance,
    logLikelihood,
    aic: 2 * parameters - 2 * logLikelihood,
  };
}
