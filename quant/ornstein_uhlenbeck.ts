import { centre } from "./centring.ts";
import { regressCentred } from "./linear_regression.ts";
import { requireFinite } from "./validate.ts";

/** Spacing of the observations. */
export interface OrnsteinUhlenbeckOptions {
  /** Time between two observations, in the unit of θ and the half-life. Default 1 (sessions). */
  dt?: number;
}

/** Parameters of dX = θ(μ − X) dt + σ dW. */
export interface OrnsteinUhlenbeck {
  /** Speed of reversion per unit of time; ≤ 0 if the series does not revert. */
  theta: number;
  /** Level that the process reverts to. */
  mu: number;
  /** Volatility per square root of time. */
  sigma: number;
  /** ln 2 / θ in units of time; +∞ for θ ≤ 0. */
  halfLife: number;
}

/**
 * Ornstein–Uhlenbeck process fitted by maximum likelihood of its exact transition density, given the first observation:
 * X[t+1] is normal with mean μ + (X[t] − μ)e^(−θ·dt) and variance σ²(1 − e^(−2θ·dt)) / 2θ.
 *
 * The likelihood is that of a first-order autoregression with coefficient b = e^(−θ·dt), so the estimate has a closed form: least
 * squares and a change of variables, with the variance divided by the number of transitions. θ is biased upward in short samples
 * (Tang & Chen 2009).
 *
 * @param series Observations at equal spacing, oldest first, length n ≥ 4, finite.
 * @throws {RangeError} If n < 4, a value is not finite, `dt` is not positive and finite, the series is constant, or its lag-one
 * coefficient is ≤ 0 (alternation, impossible in continuous time) or exactly 1 (no level to revert to).
 *
 * @example
 * ```ts
 * import { ornsteinUhlenbeck } from "./ornstein_uhlenbeck.ts";
 * const series = Float64Array.from({ length: 60 }, (_, t) => 10 + 0.5 ** t);
 * ornsteinUhlenbeck(series).halfLife; // 1
 * ```
 *
 * Source: Tang & Chen (2009), Journal of Econometrics 149, §2. Verified: tests/quant/fixtures/time_series.json
 * (`ornsteinUhlenbeck`, 50 digits and a numerical maximum). Cost: O(n).
 */
export function ornsteinUhlenbeck(series: Float64Array, options: OrnsteinUhlenbeckOptions = {}): OrnsteinUhlenbeck {
  const { dt = 1 } = options;
  if (!(dt > 0 && dt < Infinity)) throw new RangeError(`dt must be positive and finite, got ${dt}.`);
  requireFinite(series, "series", 4);
  const transitions = series.length - 1;
  const now = series.subarray(0, transitions);
  if (now.every((value) => value === now[0])) throw new RangeError("series is constant: it has no speed of reversion.");

  // The regression of the step on the level has slope b − 1, which keeps all digits if b is close to one.
  const step = new Float64Array(transitions);
  for (let t = 0; t < transitions; t++) step[t] = series[t + 1]! - series[t]!;
  const { slope, residuals } = regressCentred(now, step);
  if (slope <= -1) {
    throw new RangeError(`The lag-one coefficient is ${1 + slope}: an Ornstein–Uhlenbeck process has a positive one.`);
  }
  if (slope === 0) throw new RangeError("The lag-one coefficient is exactly 1: there is no level to revert to.");
  let rss = 0;
  for (const residual of residuals) rss += residual * residual;
  const theta = -Math.log1p(slope) / dt;
  // 2θ / (1 − b²), with 1 − b² = −slope · (2 + slope).
  const sigma = Math.sqrt(rss / transitions * 2 * theta / (-slope * (2 + slope)));
  const mu = centre(now).mean - centre(step).mean / slope;
  return { theta, mu, sigma, halfLife: theta > 0 ? Math.LN2 / theta : Infinity };
}
