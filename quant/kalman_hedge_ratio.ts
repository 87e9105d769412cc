import { requireFinite, requireSameLength } from "./validate.ts";

/** Variances and start of the state-space model. */
export interface KalmanHedgeRatioOptions {
  /**
   * Share of drift δ: both coefficients take random steps of variance δ / (1 − δ) per session. 0 keeps them fixed.
   * Default 1e-4.
   */
  delta?: number;
  /** Variance of the observation error, in squared units of y. Default 1e-3. */
  observationVariance?: number;
  /** Slope and intercept expected before the first observation. Default [0, 0]. */
  initialState?: readonly [slope: number, intercept: number];
  /** Variances of that expectation. Default [0, 0], as in the source; large values give a diffuse prior. */
  initialVariances?: readonly [slope: number, intercept: number];
}

/** One entry per session. Entry t of slope and intercept uses observations up to and including t, nothing later. */
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
 * Hedge ratio and intercept that drift over time, by the Kalman filter (filtered, never smoothed, so without look-ahead).
 *
 * State: β[t] = β[t−1] + w[t], β = (slope, intercept), w ~ N(0, δ/(1−δ)·I).
 * Observation: y[t] = slope[t] · x[t] + intercept[t] + v[t], v ~ N(0, observationVariance).
 *
 * The variances are in the units of the prices; they are parameters of the model and not estimated here, because an estimate over
 * the sample would be look-ahead. The defaults suit prices of about 10 to 1,000. The filter uses a square root of the covariance,
 * which stays positive under rounding and allows starting variances many orders of magnitude above the observation's.
 *
 * @param y Prices of the dependent leg, oldest first, length n ≥ 1, finite. A constant leg is allowed.
 * @param x Prices of the other leg, aligned with `y`, finite.
 * @throws {RangeError} If the arrays are empty or differ in length, a value is not finite, δ is not in 0 ≤ δ < 1, the
 * observation variance is not positive and finite, or the start is not finite (or a variance of it negative).
 *
 * @example
 * ```ts
 * import { kalmanHedgeRatio } from "./kalman_hedge_ratio.ts";
 * const x = Float64Array.from({ length: 500 }, (_, t) => 50 + 10 * Math.sin(t / 9));
 * const { slope } = kalmanHedgeRatio(x.map((price) => 2 * price), x);
 * Math.abs(slope[499]! - 2) < 1e-3; // true
 * ```
 *
 * Source: Chan, Algorithmic Trading (2013), ch. 3, box 3.1; square-root form, Potter in Simon, Optimal State Estimation
 * (2006), §6.3.
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
  const step = Math.sqrt(delta / (1 - delta));
  let [slope, intercept] = initialState;
  // A square root S of the state's covariance S·Sᵀ: one row a coefficient.
  let s11 = Math.sqrt(initialVariances[0]);
  let s12 = 0;
  let s21 = 0;
  let s22 = Math.sqrt(initialVariances[1]);
  let logLikelihood = 0;
  for (let t = 0; t < n; t++) {
    const price = x[t]!;
    // Drift: the rows (s11, s12, step, 0) and (s21, s22, 0, step), made lower triangular again.
    const l11 = Math.hypot(s11, s12, step);
    const share = l11 === 0 ? 0 : (s11 * s21 + s12 * s22) / l11 / l11;
    s22 = Math.hypot(s21 - share * s11, s22 - share * s12, share * step, step);
    s21 = share * l11;
    s11 = l11;
    s12 = 0;

    // Observation, by Potter's update.
    const f1 = s11 * price + s21;
    const f2 = s22;
    const variance = f1 * f1 + f2 * f2 + observationVariance;
    const innovation = y[t]! - (slope * price + intercept);
    const c1 = s11 * f1;
    const c2 = s21 * f1 + s22 * f2;
    slope += c1 / variance * innovation;
    intercept += c2 / variance * innovation;
    const shrink = 1 / (variance + Math.sqrt(variance * observationVariance));
    s11 -= shrink * c1 * f1;
    s12 = -shrink * c1 * f2;
    s21 -= shrink * c2 * f1;
    s22 -= shrink * c2 * f2;

    slopes[t] = slope;
    intercepts[t] = intercept;
    innovations[t] = innovation;
    innovationVariances[t] = variance;
    logLikelihood -= 0.5 * (Math.log(2 * Math.PI * variance) + innovation * innovation / variance);
  }
  return { slope: slopes, intercept: intercepts, innovations, innovationVariances, logLikelihood };
}
