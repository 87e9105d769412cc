import { centre } from "../centring.ts";
import { requireInteger, requireSameLength } from "../validate.ts";
import { equalRiskContribution } from "../weights/equal_risk_contribution.ts";
import { shrunkCorrelation } from "../weights/shrunk_correlation.ts";
import { isPrice } from "./leg_bars.ts";

/** Minimum shrinkage of correlations towards 0, so that no combination of pairs is free of risk and weights exist. */
const LEAST_SHRINKAGE = 0.001;

/**
 * Returns of a position on the convergence of a spread, per unit of gross exposure.
 *
 * After each session with closes of both legs the spread is bought if it lies below the line, sold if above, and held to the next
 * such session: −sign(eₜ)·(Δp₂ − slope·Δp₁) / (p₂ + |slope|·p₁) with e the distance from the line. Returns of the spread itself
 * do not serve: either leg can be the dependent one, so that the sign of a correlation of spreads is arbitrary, while the sides
 * of positions are known.
 *
 * @param price1 Closes of leg 1, oldest first, n ≥ 1, in the same shares throughout; a value that is not a positive number is missing.
 * @param price2 Those of leg 2, aligned.
 * @param line The line of leg 2 on leg 1, estimated on these closes or before.
 * @returns n − 1 returns, the first up to the second session; `NaN` up to sessions in which a leg has no close. The next return
 * includes the move across them.
 * @throws {RangeError} If the lengths differ.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { convergenceReturns } from "./formation_risk.ts";
 *
 * // 2 above the line, then on it: sold at 102 + 100, it gains 2.
 * const returns = convergenceReturns(Float64Array.of(100, 100), Float64Array.of(102, 100), { slope: 1, intercept: 0 });
 * assert.deepEqual([...returns], [2 / 202]);
 * ```
 */
export function convergenceReturns(
  price1: Float64Array,
  price2: Float64Array,
  { slope, intercept }: { slope: number; intercept: number },
): Float64Array {
  requireSameLength(price1, price2, "price1 and price2");
  const returns = new Float64Array(Math.max(0, price1.length - 1)).fill(NaN);
  let last = -1;
  for (let t = 0; t < price1.length; t++) {
    if (!isPrice(price1[t]) || !isPrice(price2[t])) continue;
    if (last >= 0) {
      const [x, y] = [price1[last]!, price2[last]!];
      const distance = y - (slope * x + intercept);
      const gained = price2[t]! - y - slope * (price1[t]! - x);
      returns[t - 1] = distance === 0 ? 0 : -Math.sign(distance) * gained / (y + Math.abs(slope) * x);
    }
    last = t;
  }
  return returns;
}

/** Settings of {@linkcode formationCovariance}. */
export interface FormationRiskOptions {
  /** A pair with fewer returns gets the median volatility and no correlation with others; 20 by default. */
  minReturns?: number;
  /** A volatility is limited to this multiple of the median, and to its reciprocal; 4 by default. */
  maxTilt?: number;
}

/**
 * The covariance for sharing risk among pairs: volatilities limited around their median, correlations shrunk.
 *
 * Volatilities are sample standard deviations. Correlations are those of `shrunkCorrelation` with a shrinkage of at least 0.001;
 * a session without a return counts as the pair's mean.
 *
 * @param returns One array per pair, p ≥ 1, aligned, n values each; values that are not finite are missing.
 * @returns One array per pair, symmetric, positive definite. If no volatility is known, all are 1, and only ratios are meaningful.
 * @throws {RangeError} If there is no pair, lengths differ, or an option is out of its range.
 *
 * Verified: tests/quant/backtest/formation_risk_test.ts. Cost: O(p²·n).
 */
export function formationCovariance(
  returns: readonly Float64Array[],
  { minReturns = 20, maxTilt = 4 }: FormationRiskOptions = {},
): Float64Array[] {
  if (returns.length === 0) throw new RangeError("Risk is shared among at least one pair, got none.");
  requireInteger(minReturns, "minReturns", 2);
  if (!(maxTilt >= 1)) throw new RangeError(`maxTilt must be at least 1, got ${maxTilt}.`);
  for (const series of returns) requireSameLength(series, returns[0]!, "returns");
  const deviations = returns.map((series) => deviationsOf(series, minReturns));
  const volatilities = boundedVolatilities(deviations.map((found) => found?.volatility ?? NaN), maxTilt);
  const known = deviations.flatMap((found, i) => found ? [{ i, series: found.series }] : []);
  const covariance = volatilities.map((volatility, i) => {
    const row = new Float64Array(returns.length);
    row[i] = volatility * volatility;
    return row;
  });
  if (known.length < 2) return covariance;
  const { correlation } = shrunkCorrelation(known.map(({ series }) => series), { least: LEAST_SHRINKAGE });
  for (const [a, { i }] of known.entries()) {
    for (const [b, { i: j }] of known.entries()) {
      if (i !== j) covariance[i]![j] = volatilities[i]! * volatilities[j]! * correlation[a]![b]!;
    }
  }
  return covariance;
}

/**
 * Shares of pairs, positive and summing to 1, at which each contributes equally to the variance of a portfolio of all of them:
 * `equalRiskContribution` of `formationCovariance`.
 *
 * @param returns `convergenceReturns` of each pair's formation, aligned.
 * @throws {RangeError} As `formationCovariance`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { riskShares } from "./formation_risk.ts";
 *
 * const calm = Float64Array.from({ length: 60 }, (_, t) => 0.01 * Math.sin(t));
 * const wild = Float64Array.from({ length: 60 }, (_, t) => 0.02 * Math.sin(1.7 * t + 1));
 * const [more, less] = riskShares([calm, wild]);
 * assert(more! / less! > 1.9 && more! / less! < 2.1); // of two pairs each goes by its volatility
 * ```
 */
export function riskShares(returns: readonly Float64Array[], options: FormationRiskOptions = {}): Float64Array {
  return equalRiskContribution(formationCovariance(returns, options));
}

/** Deviations from the mean, 0 for a missing return, and the sample standard deviation; `null` for too few or constant returns. */
function deviationsOf(
  returns: Float64Array,
  minReturns: number,
): { series: Float64Array; volatility: number } | null {
  const present = returns.filter(Number.isFinite);
  if (present.length < minReturns) return null;
  const { deviations } = centre(present);
  const squares = deviations.reduce((sum, value) => sum + value * value, 0);
  if (!(squares > 0)) return null;
  let next = 0;
  return {
    series: returns.map((value) => Number.isFinite(value) ? deviations[next++]! : 0),
    volatility: Math.sqrt(squares / (present.length - 1)),
  };
}

/** Volatilities, unknown ones replaced by the median, and limited around it. */
function boundedVolatilities(volatilities: readonly number[], maxTilt: number): number[] {
  const median = medianOf(volatilities.filter((value) => !Number.isNaN(value)));
  return volatilities.map((value) =>
    Number.isNaN(value) ? median : Math.min(median * maxTilt, Math.max(median / maxTilt, value))
  );
}

/** The median; 1 if empty. */
export function medianOf(values: readonly number[]): number {
  if (values.length === 0) return 1;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
