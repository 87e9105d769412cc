import { leadingSingularVectors } from "./leading_singular_vectors.ts";

/** The leading components of N tickers over T sessions. */
export interface PrincipalComponents {
  /** One array for each component, orthonormal, with an entry (loading) for each ticker. */
  components: Float64Array[];
  /** The same numbers transposed: one array for each ticker with an entry for each component. */
  loadings: Float64Array[];
  /** Variance along each component, σ² / (T − 1), descending. */
  explainedVariance: Float64Array;
  /** Its share of the variance of all tickers together; 0 without variance. */
  explainedVarianceRatio: Float64Array;
  /** σ of the leading components, descending. */
  singularValues: Float64Array;
  /** Mean return of each ticker, which is subtracted first. */
  mean: Float64Array;
}

/**
 * Leading principal components of returns, by an exact singular value decomposition of the column-centred T × N matrix.
 *
 * `k` is limited to N − 1 and T − 1, since centred returns vary along no more components. Signs follow the scores, as in
 * scikit-learn before 1.5 (later versions use the loadings): the session with the highest absolute score on a component (the
 * first one on ties) scores positive; a component without variance has its largest loading positive. A ticker with constant
 * returns has loadings of 0 on every component that has variance. Components of equal variance (duplicated tickers give some
 * without variance) are an arbitrary orthonormal basis of their space, the same on every call.
 *
 * @param returns One array per ticker, N ≥ 2, each with T ≥ 2 returns, oldest first, finite. Not changed.
 * @param k Number of components, a whole number ≥ 1.
 * @throws {RangeError} If N < 2, T < 2, lengths differ, `k` is not a whole number ≥ 1, or a return is NaN or ±∞.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { principalComponents } from "./principal_components.ts";
 *
 * const up = Float64Array.of(0.01, -0.02, 0.01);
 * const { explainedVarianceRatio } = principalComponents([up, up.map((r) => 2 * r)], 1);
 * assert(Math.abs(explainedVarianceRatio[0]! - 1) < 1e-12);
 * ```
 *
 * Source: Jolliffe (2002), Principal Component Analysis. Verified: tests/quant/fixtures/multivariate.json (scikit-learn),
 * tests/golden/clusters_test.ts. Cost: O(T·N·min(T, N)).
 */
export function principalComponents(returns: readonly Float64Array[], k: number): PrincipalComponents {
  const n = returns.length;
  const length = returns[0]?.length ?? 0;
  if (n < 2) throw new RangeError(`Principal components need at least 2 tickers, not ${n}.`);
  if (length < 2) throw new RangeError(`Principal components need at least 2 returns a ticker, not ${length}.`);
  if (!Number.isInteger(k) || k < 1) {
    throw new RangeError(`The number of components must be a whole number of at least 1, not ${k}.`);
  }
  const count = Math.min(k, n - 1, length - 1);

  const mean = new Float64Array(n);
  const centred = returns.map((column, j) => {
    if (column.length !== length) {
      throw new RangeError(
        `All tickers need equally many returns: number 0 has ${length}, number ${j} ${column.length}.`,
      );
    }
    let sum = 0;
    let constant = true;
    for (let t = 0; t < length; t++) {
      const value = column[t]!;
      if (!Number.isFinite(value)) {
        throw new RangeError(
          `Return ${t} of ticker number ${j} is ${value}; principal components need finite returns.`,
        );
      }
      if (value !== column[0]) constant = false;
      sum += value;
    }
    // The rounded mean of equal numbers can differ from them, which would count as variance.
    const centre = constant ? column[0]! : sum / length;
    mean[j] = centre;
    return column.map((value) => value - centre);
  });
  let totalSquares = 0;
  for (const column of centred) for (let t = 0; t < length; t++) totalSquares += column[t]! * column[t]!;

  const { values, vectors: components } = length >= n
    ? leadingSingularVectors(centred.map((column) => column.slice()), { count, side: "right" })
    : leadingSingularVectors(transpose(centred), { count, side: "left" });
  components.forEach((component, i) => fixSign(component, centred, values[i]! > values[0]! * length * Number.EPSILON));

  const singularValues = values.slice(0, count);
  return {
    components,
    loadings: transpose(components),
    explainedVariance: singularValues.map((value) => value * value / (length - 1)),
    explainedVarianceRatio: singularValues.map((value) => totalSquares > 0 ? value * value / totalSquares : 0),
    singularValues,
    mean,
  };
}

/** Reverses `component` if the sign convention requires it. */
function fixSign(component: Float64Array, centred: readonly Float64Array[], hasVariance: boolean) {
  let decisive = component;
  if (hasVariance) {
    decisive = new Float64Array(centred[0]!.length);
    for (let j = 0; j < centred.length; j++) {
      const column = centred[j]!;
      const loading = component[j]!;
      for (let t = 0; t < decisive.length; t++) decisive[t] = decisive[t]! + loading * column[t]!;
    }
  }
  let largest = 0;
  for (const value of decisive) if (Math.abs(value) > Math.abs(largest)) largest = value;
  if (largest < 0) { for (let j = 0; j < component.length; j++) component[j] = -component[j]!; }
}

function transpose(columns: readonly Float64Array[]): Float64Array[] {
  return Array.from(columns[0] ?? [], (_, row) => Float64Array.from(columns, (column) => column[row]!));
}
