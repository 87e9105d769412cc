import { requireFinite, requireSameLength } from "./validate.ts";

/** Variances and start of the state-space model. */
export interface KalmanHedgeRatioOptions {
  /** Share of drift δ: both coefficients take random steps of variance δ / (1 − δ) a session. 0 holds them fixed. Default 1e-4. */
  delta?: number;
  /** Variance of the observation error, in squared units of y. Default 1e-3. */
  observationVariance?: number;
  /** Slope and intercept expected before the first observation. Default [0, 0]. */
  initialState?: readonly [slope: number, intercept: number];
  /** Variances of that expectation. Default [0, 0], as in the source; large values start without an opinion. */
  initialVariances?: readonly [slope: number, intercept: number];
}

/** One entry a session. Entry t of slope and intercept uses observations up to and including t, nothing later. */
export interface KalmanHedgeRatio {
  /** Filtered hedge ratio. */
  slope: Float64Array;
  /** Filtered intercept. */
  intercept: Float64Array;
  /** Observation less its prediction from the sessions before: the spread that a strategy can trade. */
  innovations: Float64Array;
  /** Predicted variance of each innovation: innovation / √variance is a z-score. */
  innovationVariances: Float64Array;
  /** Logarithm of the likelihood of y under the model, for comparing variances. */
  logLikelihood: number;
}

/**
 * Hedge ratio and intercept that drift over time, by the Kalman filter (filtered, never smoothed: nothing looks ahead).
 *
 * State: β[t] = β[t−1] + w[t], β = (slope, intercept), w ~ N(0, δ/(1−δ)·I).
 * Observation: y[t] = slope[t] · x[t] + intercept[t] + v[t], v ~ N(0, observationVariance).
 *
 * The variances are in the units of the prices; they belong to the model and are not estimated here, because an estimate over the
 * sample would look ahead. The defaults suit prices of about 10 to 1,000. The covariance is updated in Joseph's form, which stays
 * symmetric and positive whatever the rounding.
 *
 * @param y Prices of the dependent leg, oldest first, length n ≥ 1, finite. A constant leg is allowed.
 * @param x Prices of the other leg, aligned with `y`, finite.
 * @throws {RangeError} If the arrays are empty or differ in length, a value is not finite, δ is not in 0 ≤ δ < 1, the observation
 * variance is not positive and finite, or the start is not finite (or a variance of it negative).
 *
 * @example
 * ```ts
 * import { kalmanHedgeRatio } from "./kalman_hedge_ratio.ts";
 * const x = Float64Array.from({ length: 500 }, (_, t) => 50 + 10 * Math.sin(t / 9));
 * const { slope } = kalmanHedgeRatio(x.map((price) => 2 * price), x);
 * Math.abs(slope[499]! - 2) < 1e-3; // true
 * ```
 *
 * Source: Chan, Algorithmic Trading (2013), ch. 3, box 3.1; Joseph's form, Simon, Optimal State Estimation (2006), §5.1.
 * Verified: tests/quant/fixtures/time_series.json (`kalmanHedgeRatio`, 50 digits). Cost: O(n).
 */
export function kalmanHedgeRatio(
  y: Float64Array,
  x: Float64Array,
  options: KalmanHedgeRatioOptions = {},
): KalmanHedgeRatio {
  const { delta = 1e-4, observationVariance = 1e-3, initialState = [0, 0], initialVariances = [0, 0] } = options;
  requireSameLength(y, x, "y and x");
  requireFinite(y, "y", 1);
  requireFinite(x, "x", 1);
  if (!(delta >= 0 && delta < 1)) throw new RangeError(`delta must lie in 0 ≤ δ < 1, got ${delta}.`);
  if (!(observationVariance > 0 && observationVariance < Infinity)) {
    throw new RangeError(`observationVariance must be positive and finite, got ${observationVariance}.`);
  }
  if (!initialState.every(Number.isFinite) || !initialVariances.every((v) => v >= 0 && v < Infinity)) {
    throw new RangeError("initialState must be finite and initialVariances finite and not negative.");
  }

  const n = y.length;
  const slopes = new Float64Array(n);
  const intercepts = new Float64Array(n);
  const innovations = new Float64Array(n);
  const innovationVariances = new Float64Array(n);
  const stepVariance = delta / (1 - delta);
  let [slope, intercept] = initialState;
  // Covariance of the state: slope, both, intercept.
  let [p11, p22] = initialVariances;
  let p12 = 0;
  let logLikelihood = 0;
  for (let t = 0; t < n; t++) {
    const price = x[t]!;
    p11 += stepVariance;
    p22 += stepVariance;
    // Covariance of state and observation.
    const c1 = p11 * price + p12;
    const c2 = p12 * price + p22;
    const variance = c1 * price + c2 + observationVariance;
    const innovation = y[t]! - (slope * price + intercept);
    const k1 = c1 / variance;
    const k2 = c2 / variance;
    slope += k1 * innovation;
    intercept += k2 * innovation;

    const a11 = 1 - k1 * price;
    const a12 = -k1;
    const a21 = -k2 * price;
    const a22 = 1 - k2;
    const b11 = a11 * p11 + a12 * p12;
    const b12 = a11 * p12 + a12 * p22;
    const b21 = a21 * p11 + a22 * p12;
    const b22 = a21 * p12 + a22 * p22;
    p11 = b11 * a11 + b12 * a12 + k1 * k1 * observationVariance;
    p12 = b11 * a21 + b12 * a22 + k1 * k2 * observationVariance;
    p22 = b21 * a21 + b22 * a22 + k2 * k2 * observationVariance;

    slopes[t] = slope;
    intercepts[t] = intercept;
    innovations[t] = innovation;
    innovationVariances[t] = variance;
    logLikelihood -= 0.5 * (Math.log(2 * Math.PI * variance) + innovation * innovation / variance);
  }
  return { slope: slopes, intercept: intercepts, innovations, innovationVariances, logLikelihood };
}
