import { mean } from "../../centring.ts";
import { requireFinite, requireInteger } from "../../validate.ts";
import { type ArmaStart, hannanRissanen } from "./hannan_rissanen.ts";
import { LikelihoodSurface } from "./likelihood_surface.ts";
import { minimizeSmooth, polishMinimum, type SmoothFunction } from "./minimize_smooth.ts";
import { partialAutocorrelations } from "./stationary_coefficients.ts";

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

/** Gradient near a maximum, or on the way to a unit root. */
const NEAR = 1e-6;
/** Log-likelihoods per value that differ by less, at that gradient, are of the same maximum. */
const SAME_MAXIMUM = 1e-6;
/** Partial autocorrelation of the starts beside the first. */
const STRONG = 0.9;

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

/** How long to search for the maximum of an order. */
export interface ArimaSearch {
  /**
   * `several` (default) keeps the highest of the maxima near five starts, `one` the maximum near {@link hannanRissanen}'s estimates,
   * in a sixth of the time.
   */
  starts?: "one" | "several";
}

/**
 * ARIMA(p, d, q) by exact maximum likelihood: stationary in its autoregression, invertible in its moving average, with a constant
 * for d = 0.
 *
 * Searches start from {@link hannanRissanen} and from strong partial autocorrelations of either sign. If the likelihood increases
 * towards a unit root of the moving average, the root is on the unit circle.
 *
 * @param series Values, oldest first, finite, of at least d + 10 and d + 3 · (p + q + 1) values.
 * @throws {RangeError} If the order is out of range, the series is too short, a value is not finite, or the model fits all values
 * (with d = 1: all differences) without an error.
 *
 * Source: Harvey (1989), §3.4; Box, Jenkins & Reinsel, Time Series Analysis (2008), ch. 7. Verified:
 * tests/quant/forecast/fixtures/arima.json (statsmodels). Cost: about 20 to 60 filters with gradients of O(n · max(p, q + 1) ·
 * (p + q)) a start.
 */
export function fitArima(series: Float64Array, order: ArimaOrder, { starts = "several" }: ArimaSearch = {}): ArimaFit {
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

  const surface = new LikelihoodSurface(values, p, q, d === 0);
  const negative: SmoothFunction = (point, gradient) => {
    const { logLikelihood } = surface.likelihood(point, gradient);
    gradient?.forEach((slope, i) => gradient[i] = -slope / values.length);
    return Number.isNaN(logLikelihood) ? Infinity : -logLikelihood / values.length;
  };
  let best = minimizeSmooth(negative, surface.point(partialsOf(hannanRissanen(values, p, q))), NEAR);
  for (const start of starts === "several" ? strongStarts(p, q) : []) {
    const end = minimizeSmooth(negative, surface.point(start), NEAR);
    if (end.value < best.value - SAME_MAXIMUM) best = end;
  }
  surface.likelihood(best.point);
  surface.reflecting = true;
  const { point } = polishMinimum(negative, minimizeSmooth(negative, surface.point(surface.partials), NEAR).point);
  const { logLikelihood, constant, variance } = surface.likelihood(point);
  const { ar, ma } = surface;
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

/** Partial autocorrelations of a start: zeros outside the stationary or invertible region, which say nothing about the maximum. */
function partialsOf({ ar, ma }: ArmaStart): Float64Array {
  const partials = new Float64Array(ar.length + ma.length);
  partials.set(partialAutocorrelations(ar) ?? []);
  partials.set(partialAutocorrelations(ma.map((value) => -value)) ?? [], ar.length);
  return partials;
}

/** Autoregressions and moving averages of order 1 near a unit root, of either sign. */
function strongStarts(p: number, q: number): Float64Array[] {
  const signs = (order: number) => order === 0 ? [0] : [STRONG, -STRONG];
  return p + q === 0 ? [] : signs(p).flatMap((ar) =>
    signs(q).map((ma) => {
      const partials = new Float64Array(p + q);
      if (p > 0) partials[0] = ar;
      if (q > 0) partials[p] = ma;
      return partials;
    })
  );
}
