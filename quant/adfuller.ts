import { centre, largestMagnitude, powerOfTwoScale } from "./centring.ts";
import { NestedLeastSquares } from "./least_squares_qr.ts";
import { type CriticalValues, type DeterministicTerms, mackinnonCriticalValues, mackinnonPValue } from "./mackinnon.ts";
import { requireFinite, requireInteger, requireOneOf } from "./validate.ts";

/** Set-up of the Dickey–Fuller regression. */
export interface AdfullerOptions {
  /**
   * Most lagged differences considered. Default: ⌈12 · (n/100)^¼⌉ (Schwert), at most ⌊n/2⌋ − 1 − the number of
   * deterministic terms.
   */
  maxLag?: number;
  /** Criterion that chooses the lag among 0 … maxLag; `"none"` uses maxLag itself. Default `"AIC"`. */
  autolag?: "AIC" | "BIC" | "none";
  /** Deterministic terms: none, constant (default), constant and trend, constant with linear and quadratic trend. */
  regression?: DeterministicTerms;
}

/** Outcome of an augmented Dickey–Fuller test. */
export interface AdfullerResult {
  /** t statistic of the lagged level. The more negative, the stronger the reversion. */
  statistic: number;
  /** MacKinnon's asymptotic p-value. */
  pValue: number;
  /** Number of lagged differences in the regression behind the statistic. */
  usedLag: number;
  /** Rows of that regression: n − 1 − usedLag. */
  nobs: number;
  /** MacKinnon's critical values at `nobs`. */
  criticalValues: CriticalValues;
  /** The smallest value of the criterion, `null` for `autolag` `"none"`, −∞ if a candidate fits perfectly. */
  icBest: number | null;
}

/** Number of deterministic terms by regression. */
const TERMS: Readonly<Record<DeterministicTerms, number>> = { n: 0, c: 1, ct: 2, ctt: 3 };

/**
 * Augmented Dickey–Fuller test. Null hypothesis: the series has a unit root (does not revert).
 *
 * The model is Δs[t] = terms + γ·s[t−1] + Σ βᵢ·Δs[t−i] + ε. All candidate lags are fitted on the same last n − 1 −
 * maxLag rows, the smallest lag wins ties, and the statistic comes from a second fit with the chosen lag on all n − 1 −
 * lag rows.
 *
 * A redundant lag (its differences are all zero there, or a combination of others) counts no parameter. Candidates that leave no
 * residual degree of freedom are not considered; they occur only with regression `"n"` and even n ≤ 20, where statsmodels selects
 * such a fit and reports the statistic 0.
 *
 * @param series The series, oldest first, length n ≥ 3 (more with more deterministic terms), finite, not constant.
 * @throws {RangeError} If the series is too short for the terms, constant, not finite, or the regression is singular or
 * fits perfectly (a straight line, an exact cycle); or if `maxLag` is not an integer within its bounds or an option is
 * unknown.
 *
 * @example
 * ```ts
 * import { adfuller } from "./adfuller.ts";
 * const series = Float64Array.from({ length: 200 }, (_, t) => Math.sin(t * t));
 * adfuller(series).pValue < 0.01; // true
 * ```
 *
 * Source: Said & Dickey (1984), Biometrika 71; lag bound, Schwert (1989); surfaces, see `mackinnon.ts`. Verified:
 * tests/quant/fixtures/time_series.json (`adfuller`, statsmodels and 50 digits), tests/golden/time_series_test.ts.
 * Cost: O(n · maxLag²).
 */
export function adfuller(series: Float64Array, options: AdfullerOptions = {}): AdfullerResult {
  const { regression = "c", autolag = "AIC" } = options;
  requireOneOf(regression, "regression", ["n", "c", "ct", "ctt"]);
  requireOneOf(autolag, "autolag", ["AIC", "BIC", "none"]);
  requireFinite(series, "series", 3);
  const maxLag = resolveMaxLag(series.length, TERMS[regression], options.maxLag);

  // Computes with numbers around one, whatever the series' level and unit. The level may be removed only if the model has a
  // constant to absorb it.
  const { deviations } = centre(series);
  const magnitude = largestMagnitude(deviations);
  if (magnitude === 0) throw new RangeError("series is constant: it has no unit root to test.");
  const unit = powerOfTwoScale(magnitude);
  const base = regression === "n" ? series : deviations;
  const level = new Float64Array(base.length);
  for (let i = 0; i < level.length; i++) level[i] = base[i]! / unit;
  const differences = new Float64Array(level.length - 1);
  // From the series itself: its differences carry one rounding, those of deviations three.
  for (let i = 0; i < differences.length; i++) differences[i] = (series[i + 1]! - series[i]!) / unit;

  const rounding = 2 * Number.EPSILON * largestMagnitude(series) / unit;

  const sample: Sample = { level, differences, regression, rounding };
  const chosen = autolag === "none" ? { lag: maxLag, criterion: null } : chooseLag(sample, maxLag, autolag, unit);
  const design = buildDesign(sample, chosen.lag);
  const fit = new NestedLeastSquares([...design.terms, ...design.lags, design.level], design.dependent, rounding);
  let statistic: number;
  try {
    statistic = fit.lastTStatistic(regression === "n" ? 0 : 1);
  } catch (cause) {
    throw new RangeError(`The Dickey–Fuller regression with ${chosen.lag} lags is degenerate.`, { cause });
  }
  return {
    statistic,
    pValue: mackinnonPValue(statistic, { regression }),
    usedLag: chosen.lag,
    nobs: fit.rows,
    criticalValues: mackinnonCriticalValues({ regression, nobs: fit.rows }),
    icBest: chosen.criterion,
  };
}

function resolveMaxLag(n: number, terms: number, requested: number | undefined): number {
  const bound = Math.floor(n / 2) - terms - 1;
  if (bound < 0) {
    throw new RangeError(
      `A series of ${n} values is too short for a Dickey–Fuller regression with ${terms} deterministic terms.`,
    );
  }
  if (requested === undefined) return Math.min(bound, Math.ceil(12 * (n / 100) ** 0.25));
  requireInteger(requested, "maxLag", 0, bound);
  return requested;
}

interface Sample {
  level: Float64Array;
  differences: Float64Array;
  regression: DeterministicTerms;
  /** Rounding error of one difference, below which a straight line in binary fractions counts as a perfect fit. */
  rounding: number;
}

/** The columns of the regression with `lag` lagged differences on every row that has them. */
function buildDesign({ level, differences, regression }: Sample, lag: number) {
  const rows = differences.length - lag;
  const column = (values: Float64Array) => regression === "n" ? values : centre(values).deviations;
  const terms: Float64Array[] = [];
  // Powers of time around the middle of the sample: the same span as 1, t, t², without their near-collinearity.
  const time = Float64Array.from({ length: rows }, (_, i) => (2 * i - (rows - 1)) / rows);
  if (regression === "ct" || regression === "ctt") terms.push(time);
  if (regression === "ctt") terms.push(column(time.map((t) => t * t)));
  const lags: Float64Array[] = [];
  for (let i = 1; i <= lag; i++) lags.push(column(differences.slice(lag - i, lag - i + rows)));
  return {
    terms,
    lags,
    level: column(level.slice(lag, lag + rows)),
    dependent: column(differences.slice(lag)),
  };
}

/** The lag with the smallest criterion, all candidates on the rows that the longest has. */
function chooseLag(sample: Sample, maxLag: number, autolag: "AIC" | "BIC", unit: number) {
  const { terms, level, lags, dependent } = buildDesign(sample, maxLag);
  const fit = new NestedLeastSquares([...terms, level, ...lags], dependent, sample.rounding);
  const rows = fit.rows;
  const absorbed = sample.regression === "n" ? 0 : 1;
  const penalty = autolag === "AIC" ? 2 : Math.log(rows);
  // −2 · loglikelihood of the series as given, not of the scaled one.
  const fixed = rows * (1 + Math.log(2 * Math.PI / rows) + 2 * Math.log(unit));
  let best = { lag: 0, criterion: Infinity };
  for (let lag = 0; lag <= maxLag; lag++) {
    const columns = terms.length + 1 + lag;
    const parameters = fit.ranks[columns]! + absorbed;
    if (parameters >= rows) break;
    const criterion = rows * Math.log(fit.residualSums[columns]!) + fixed + penalty * parameters;
    if (criterion < best.criterion) best = { lag, criterion };
  }
  return best;
}
