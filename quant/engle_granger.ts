import { adfuller, type AdfullerOptions } from "./adfuller.ts";
import { centre } from "./centring.ts";
import { NestedLeastSquares } from "./least_squares_qr.ts";
import { regressCentred } from "./linear_regression.ts";
import { type CriticalValues, type DeterministicTerms, mackinnonCriticalValues, mackinnonPValue } from "./mackinnon.ts";
import { requireFinite, requireOneOf, requireSameLength } from "./validate.ts";

/** Set-up of the test's two steps. */
export interface EngleGrangerOptions {
  /** Deterministic terms of the cointegrating regression. Default `"c"`. */
  trend?: DeterministicTerms;
  /** Maximum number of lagged differences in the residual's regression; default as in `adfuller` without deterministic terms. */
  maxLag?: AdfullerOptions["maxLag"];
  /** Choice of the lag. Default `"AIC"`. */
  autolag?: AdfullerOptions["autolag"];
}

/** Outcome of an Engle–Granger test. */
export interface EngleGrangerResult {
  /** t statistic of the residual's lagged level, −∞ for almost perfectly collinear legs. */
  statistic: number;
  /** MacKinnon's p-value for two variables: that of a residual, larger than that of an observed series. */
  pValue: number;
  /** Coefficient on `x`. */
  hedgeRatio: number;
  /**
   * Constant of the cointegrating regression (value at time 0 if it has a trend over t = 1 … n); 0 without a
   * constant.
   */
  intercept: number;
  /** Number of lagged differences used; `null` if the statistic is −∞ and no regression was run. */
  usedLag: number | null;
  /** MacKinnon's critical values at n − 1; `null` for trend `"n"`, for which they were never simulated. */
  criticalValues: CriticalValues | null;
}

/** Legs that leave less than this share of the variance unexplained are cointegrated by construction: 100 · √ε. */
export const COLLINEAR_SHARE = 100 * Math.sqrt(Number.EPSILON);

/**
 * Engle–Granger two-step test. Null hypothesis: the legs are **not** cointegrated.
 *
 * Step one regresses y on x and the deterministic terms; step two is a Dickey–Fuller test without deterministic terms
 * on the residual. The statistic depends on which leg is `y`. If x explains all but 1.49e-6 of the variance of y the
 * statistic is −∞ and the p-value 0.
 *
 * @param y Prices of the dependent leg, oldest first, length n ≥ 4, finite, not constant.
 * @param x Prices of the other leg, aligned with `y`, finite, not constant.
 * @throws {RangeError} If the lengths differ, n is too short, a value is not finite, a leg is constant (or, with a
 * trend, nothing but that trend), or the residual's regression is degenerate.
 *
 * @example
 * ```ts
 * import { engleGranger } from "./engle_granger.ts";
 * const x = Float64Array.from({ length: 250 }, (_, t) => 50 + t / 10 + Math.sin(t / 7));
 * const y = x.map((price, t) => 3 + 2 * price + Math.sin(t * t));
 * engleGranger(y, x).pValue < 0.01; // true
 * ```
 *
 * Source: Engle & Granger (1987), Econometrica 55; p-values MacKinnon (1994), critical values MacKinnon (2010).
 * Verified: tests/quant/fixtures/time_series.json (`engleGranger`, statsmodels), tests/golden/time_series_test.ts.
 * Cost: O(n · maxLag²).
 */
export function engleGranger(y: Float64Array, x: Float64Array, options: EngleGrangerOptions = {}): EngleGrangerResult {
  const { trend = "c", maxLag, autolag } = options;
  requireOneOf(trend, "trend", ["n", "c", "ct", "ctt"]);
  requireSameLength(y, x, "y and x");
  requireFinite(y, "y", 4);
  requireFinite(x, "x", 4);
  if (y.every((value) => value === y[0])) {
    throw new RangeError("y is constant: a constant is cointegrated with nothing.");
  }
  if (x.every((value) => value === x[0])) throw new RangeError("x is constant: it has no hedge ratio.");

  const { hedgeRatio, intercept, residuals, unexplained } = cointegratingRegression(y, x, trend);
  const criticalValues = trend === "n"
    ? null
    : mackinnonCriticalValues({ regression: trend, variables: 2, nobs: y.length - 1 });
  if (unexplained <= COLLINEAR_SHARE) {
    return { statistic: -Infinity, pValue: 0, hedgeRatio, intercept, usedLag: null, criticalValues };
  }
  const { statistic, usedLag } = adfuller(residuals, { regression: "n", maxLag, autolag });
  const pValue = mackinnonPValue(statistic, { regression: trend, variables: 2 });
  return { statistic, pValue, hedgeRatio, intercept, usedLag, criticalValues };
}

interface CointegratingRegression {
  hedgeRatio: number;
  intercept: number;
  residuals: Float64Array;
  /** 1 − R²; R² is uncentred without a constant. */
  unexplained: number;
}

function cointegratingRegression(y: Float64Array, x: Float64Array, trend: DeterministicTerms): CointegratingRegression {
  if (trend === "c") {
    const { slope, intercept, rSquared, residuals } = regressCentred(x, y);
    return { hedgeRatio: slope, intercept, residuals, unexplained: 1 - rSquared };
  }
  const n = y.length;
  if (trend === "n") {
    const fit = new NestedLeastSquares([x], y);
    const hedgeRatio = fit.coefficients()[0]!;
    const residuals = y.map((value, t) => value - hedgeRatio * x[t]!);
    return { hedgeRatio, intercept: 0, residuals, unexplained: fit.residualSums[1]! / fit.residualSums[0]! };
  }

  // Time around the middle of the sample spans the same trend as 1 … n, without being nearly collinear with the
  // constant.
  const time = Float64Array.from({ length: n }, (_, i) => (2 * i - (n - 1)) / n);
  const square = centre(time.map((t) => t * t));
  const terms = trend === "ct" ? [time] : [time, square.deviations];
  const legX = centre(x);
  const legY = centre(y);
  const fit = new NestedLeastSquares([...terms, legX.deviations], legY.deviations);
  if (fit.isDependent(terms.length)) {
    throw new RangeError("x is nothing but the deterministic trend: it has no hedge ratio.");
  }
  const [linear, second] = fit.coefficients();
  const quadratic = trend === "ctt" ? second! : 0;
  const hedgeRatio = fit.coefficients()[terms.length]!;
  const trendAt = (t: number, squared: number) => linear! * t + quadratic * squared;
  const residuals = legY.deviations.map((value, i) =>
    value - hedgeRatio * legX.deviations[i]! - trendAt(time[i]!, square.deviations[i]!)
  );
  const start = -(n + 1) / n;
  const intercept = legY.mean - hedgeRatio * legX.mean + trendAt(start, start * start - square.mean);
  return { hedgeRatio, intercept, residuals, unexplained: fit.residualSums[terms.length + 1]! / fit.residualSums[0]! };
}
