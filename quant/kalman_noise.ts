import { kalmanHedgeRatio } from "./kalman_hedge_ratio.ts";
import { requireFinite, requireSameLength } from "./validate.ts";

/** Variances of the model with a drifting hedge ratio that maximize the likelihood of a formation. */
export interface KalmanNoise {
  /** Share of drift δ in the form of `kalmanHedgeRatio`: stepVariance = δ / (1 − δ). */
  delta: number;
  /** Variance of each session's step of slope and of intercept; 0 if a fixed line is most likely. */
  stepVariance: number;
  /** Variance of the observation error, in squared units of y. */
  observationVariance: number;
  /** Variances of slope and intercept before the first observation: wide enough for a diffuse prior. */
  initialVariances: readonly [slope: number, intercept: number];
  /** Logarithm of the likelihood of all observations except the first two, which determine the line. */
  logLikelihood: number;
}

/** Variance of the starting state in observation variances. */
const WIDE_START = 1e7;

/** Range of the ratio of step to observation variance, as powers of ten; the best is then refined. */
const LEAST_EXPONENT = -14;
const MOST_EXPONENT = 4;
const EXPONENT_STEP = 0.5;

/**
 * Noise of `kalmanHedgeRatio`'s model by maximum likelihood: the drift of the hedge ratio and the deviation of prices from it.
 *
 * Model: y[t] = slope[t]·x[t] + intercept[t] + v[t], v ~ N(0, r), both coefficients random walks with steps of variance q. The
 * ratio
 * q / r is searched, r follows from it in closed form. The start is wide (10⁷·r), and the first two observations do not count.
 *
 * Slope and intercept have the same step variance: scale both legs to a mean near 1 first (divide by the formation's mean), or
 * the intercept's steps will not fit its unit. Estimate on the formation, then run the filter with the result over the formation
 * and the sessions after it: an estimate that includes those would be look-ahead.
 *
 * @param y Prices of the dependent leg, oldest first, length n ≥ 10, finite.
 * @param x Prices of the other leg, aligned with `y`, finite, not constant.
 * @returns `delta`, `observationVariance` and `initialVariances` are options of `kalmanHedgeRatio`.
 * @throws {RangeError} If the lengths differ, n < 10, a value is not finite, x is constant, or a line fits y perfectly.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { kalmanNoise } from "./kalman_noise.ts";
 * import { kalmanHedgeRatio } from "./kalman_hedge_ratio.ts";
 *
 * const x = Float64Array.from({ length: 200 }, (_, t) => 1 + 0.1 * Math.sin(t / 9));
 * const y = x.map((price, t) => (1 + t / 1000) * price + 0.01 * Math.sin(t * t));
 * const noise = kalmanNoise(y, x);
 * assert(Math.abs(kalmanHedgeRatio(y, x, noise).innovations[199]!) < 0.05);
 * ```
 *
 * Source: Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter, §3.4 and §4.2. Verified:
 * tests/quant/fixtures/spread_models.json (statsmodels' state space). Cost: about 90 filters of O(n).
 */
export function kalmanNoise(y: Float64Array, x: Float64Array): KalmanNoise {
  requireSameLength(y, x, "y and x");
  requireFinite(y, "y", 10);
  requireFinite(x, "x", 10);
  if (x.every((value) => value === x[0])) throw new RangeError("x is constant: it has no hedge ratio.");

  let best = { exponent: -Infinity, ...likelihoodOf(y, x, 0) };
  for (let exponent = LEAST_EXPONENT; exponent <= MOST_EXPONENT; exponent += EXPONENT_STEP) {
    const found = likelihoodOf(y, x, 10 ** exponent);
    if (found.logLikelihood > best.logLikelihood) best = { exponent, ...found };
  }
  if (best.exponent > -Infinity) {
    const exponent = highestBetween(
      best.exponent - EXPONENT_STEP,
      best.exponent + EXPONENT_STEP,
      (exponent) => likelihoodOf(y, x, 10 ** exponent).logLikelihood,
    );
    const found = likelihoodOf(y, x, 10 ** exponent);
    if (found.logLikelihood > best.logLikelihood) best = { exponent, ...found };
  }
  const { observationVariance, logLikelihood } = best;
  if (!(observationVariance > 0)) throw new RangeError("A line leaves nothing of y: there is no noise to estimate.");
  const stepVariance = 10 ** best.exponent * observationVariance;
  const wide = WIDE_START * observationVariance;
  return {
    delta: stepVariance / (1 + stepVariance),
    stepVariance,
    observationVariance,
    initialVariances: [wide, wide],
    logLikelihood,
  };
}

/** The most likely observation variance and its likelihood, for steps with `ratio` times that variance. */
function likelihoodOf(y: Float64Array, x: Float64Array, ratio: number) {
  // In units of the observation variance the filter does not depend on it.
  const { innovations, innovationVariances } = kalmanHedgeRatio(y, x, {
    observationVariance: 1,
    delta: ratio / (1 + ratio),
    initialVariances: [WIDE_START, WIDE_START],
  });
  const counted = y.length - 2;
  let squares = 0;
  let logarithms = 0;
  for (let t = 2; t < y.length; t++) {
    squares += innovations[t]! * innovations[t]! / innovationVariances[t]!;
    logarithms += Math.log(innovationVariances[t]!);
  }
  const observationVariance = squares / counted;
  const logLikelihood = -0.5 * (counted * (Math.log(2 * Math.PI * observationVariance) + 1) + logarithms);
  return { observationVariance, logLikelihood };
}

/** Maximum of a function with one peak in an interval, by golden section search. */
function highestBetween(low: number, high: number, valueAt: (place: number) => number): number {
  const section = (Math.sqrt(5) - 1) / 2;
  let left = high - section * (high - low);
  let right = low + section * (high - low);
  let valueLeft = valueAt(left);
  let valueRight = valueAt(right);
  // Rounding hides the peak's curvature below 1e-8 of a power of ten.
  while (high - low > 1e-8) {
    if (valueLeft > valueRight) {
      high = right;
      right = left;
      valueRight = valueLeft;
      left = high - section * (high - low);
      valueLeft = valueAt(left);
    } else {
      low = left;
      left = right;
      valueLeft = valueRight;
      right = low + section * (high - low);
      valueRight = valueAt(right);
    }
  }
  return (low + high) / 2;
}
