import { centre } from "./centring.ts";
import { NestedLeastSquares } from "./least_squares_qr.ts";
import { linearRegression } from "./linear_regression.ts";
import { requireFinite } from "./validate.ts";

/** Score of a ticker relative to its factors. */
export interface ResidualScore {
  /** Sensitivity to each factor: units of it to sell per unit of the ticker. */
  betas: Float64Array;
  /** Return per session that the factors do not explain: the regression's constant. */
  alpha: number;
  /** Autoregression b of the summed residual: between −1 and 1 if it reverts. */
  persistence: number;
  /** Half-life of the residual in sessions: ln 2 / −ln b; 0 for −1 < b ≤ 0, +∞ if it does not revert. */
  halfLife: number;
  /** Mean to which the summed residual reverts, in returns; `NaN` if it does not revert. */
  mean: number;
  /** Its stationary deviation; `NaN` if it does not revert. */
  deviation: number;
  /** s-score: (last value − mean) / deviation; sold when high, bought when low. `NaN` if the residual does not revert. */
  score: number;
}

/**
 * s-score of a ticker: distance of its summed factor residuals from their mean, in stationary deviations.
 *
 * Model: R[t] = alpha + Σ betas·F[t] + ε[t]; X[k] = Σ ε up to k reverts as X[k+1] = a + b·X[k] + ζ, |b| < 1, with mean m = a / (1
 * − b) and deviation √(var(ζ) / (1 − b²)). Because residuals sum to 0 the last X is 0 and the score −m / deviation. var(ζ) is
 * divided by the number of rows. The factors may include the ticker; with few tickers exclude it.
 *
 * @param returns Of the ticker over the estimation window (60 sessions in the source), oldest first, n ≥ factors + 10, finite.
 * @param factors Returns of each factor in the same sessions (a sector fund, or `eigenportfolios`), at least one, finite.
 * @throws {RangeError} If there is no factor, lengths differ, n is too short, a value is not finite, or factors are collinear or
 * constant, or explain the ticker entirely.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { residualScore } from "./residual_score.ts";
 *
 * const market = Float64Array.from({ length: 60 }, (_, t) => 0.01 * Math.sin(t * t));
 * const rich = market.map((r, t) => r + 0.004 * Math.cos(t * t * t) + (t === 57 ? 0.03 : 0));
 * assert(residualScore(rich, [market]).score > 0.5);
 * ```
 *
 * Source: Avellaneda & Lee (2010), Quantitative Finance 10, §3 and appendix. Verified: tests/quant/fixtures/spread_models.json
 * (numpy). Cost: O(n · factors²).
 */
export function residualScore(returns: Float64Array, factors: readonly Float64Array[]): ResidualScore {
  if (factors.length === 0) throw new RangeError("A residual needs at least one factor, got none.");
  requireFinite(returns, "returns", factors.length + 10);
  const n = returns.length;
  const columns = factors.map((factor, i) => {
    requireFinite(factor, `Factor ${i}`, 1);
    if (factor.length !== n) throw new RangeError(`Factor ${i} has ${factor.length} returns, the ticker ${n}.`);
    return centre(factor);
  });
  const target = centre(returns);
  const fit = new NestedLeastSquares(columns.map(({ deviations }) => deviations), target.deviations);
  columns.forEach((_, i) => {
    if (fit.isDependent(i)) throw new RangeError(`Factor ${i} is constant or a combination of the factors before it.`);
  });
  const betas = fit.coefficients();
  if (fit.residualSums[factors.length] === 0) {
    throw new RangeError("The factors leave nothing of the ticker: there is no residual to score.");
  }

  const summed = new Float64Array(n);
  let sum = 0;
  for (let t = 0; t < n; t++) {
    let residual = target.deviations[t]!;
    for (let i = 0; i < betas.length; i++) residual -= betas[i]! * columns[i]!.deviations[t]!;
    sum += residual;
    summed[t] = sum;
  }
  const before = summed.slice(0, -1);
  const after = summed.slice(1);
  const { slope: persistence, intercept } = linearRegression(before, after);
  let squares = 0;
  for (let t = 0; t < n - 1; t++) squares += (after[t]! - intercept - persistence * before[t]!) ** 2;
  const reverts = Math.abs(persistence) < 1;
  const mean = reverts ? intercept / (1 - persistence) : NaN;
  const deviation = reverts ? Math.sqrt(squares / (n - 1) / (1 - persistence ** 2)) : NaN;
  return {
    betas,
    alpha: columns.reduce((rest, { mean }, i) => rest - betas[i]! * mean, target.mean),
    persistence,
    halfLife: !reverts ? Infinity : persistence <= 0 ? 0 : Math.LN2 / -Math.log(persistence),
    mean,
    deviation,
    score: (summed[n - 1]! - mean) / deviation,
  };
}
