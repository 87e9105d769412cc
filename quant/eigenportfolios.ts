import { principalComponents } from "./principal_components.ts";
import { requireFinite } from "./validate.ts";

/** Portfolios along the principal components of correlated returns. */
export interface Eigenportfolios {
  /** One array per factor, an entry for each ticker: its weight, the loading over the ticker's volatility per session. */
  weights: Float64Array[];
  /** One array per factor with its return in each session. */
  returns: Float64Array[];
  /** Share of the variance of standardized returns that each factor explains. */
  explainedVarianceRatio: Float64Array;
}

/**
 * Factors of a universe: portfolios of all tickers, weighted by the leading eigenvectors of the correlation matrix, each entry
 * divided by the ticker's volatility.
 *
 * The weights do not sum to 1, and signs follow `principalComponents`: the residuals of a regression on the factors depend on
 * neither. Returns at most N − 1 factors.
 *
 * @param returns One array per ticker, N ≥ 2, each with T ≥ 2 returns, oldest first, aligned, finite, not constant.
 * @param k Number of factors, a whole number ≥ 1.
 * @throws {RangeError} As `principalComponents`, or if a ticker's returns are constant.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { eigenportfolios } from "./eigenportfolios.ts";
 *
 * const up = Float64Array.of(0.01, -0.02, 0.01, 0.03);
 * const { returns } = eigenportfolios([up, up.map((r) => 2 * r), up.map((r, t) => r + t / 1e4)], 1);
 * assert(returns[0]!.length === 4);
 * ```
 *
 * Source: Avellaneda & Lee (2010), Quantitative Finance 10, §2.1. Verified: tests/quant/fixtures/spread_models.json (numpy's
 * `eigh`). Cost: as `principalComponents`.
 */
export function eigenportfolios(returns: readonly Float64Array[], k: number): Eigenportfolios {
  const deviations = returns.map((column, i) => {
    requireFinite(column, `The returns of ticker ${i}`, 2);
    if (column.every((value) => value === column[0])) {
      throw new RangeError(`The returns of ticker ${i} are constant: they correlate with nothing.`);
    }
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    return Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (column.length - 1));
  });
  const standardized = returns.map((column, i) => column.map((value) => value / deviations[i]!));
  const { components, explainedVarianceRatio } = principalComponents(standardized, k);
  const weights = components.map((component) => component.map((loading, i) => loading / deviations[i]!));
  const factors = weights.map((weight) => {
    const factor = new Float64Array(returns[0]!.length);
    returns.forEach((column, i) => {
      for (let t = 0; t < factor.length; t++) factor[t] = factor[t]! + weight[i]! * column[t]!;
    });
    return factor;
  });
  return { weights, returns: factors, explainedVarianceRatio };
}
