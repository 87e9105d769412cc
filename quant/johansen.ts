import { centre } from "./centring.ts";
import { JOHANSEN_MAX_EIGEN_CRITICAL_VALUES, JOHANSEN_TRACE_CRITICAL_VALUES } from "./johansen_tables.ts";
import { triangularize } from "./least_squares_qr.ts";
import { regressCentred } from "./linear_regression.ts";
import { requireFinite, requireInteger, requireSameLength } from "./validate.ts";
import { dot } from "./dot.ts";

/** The error-correction model behind the test. */
export interface JohansenOptions {
  /** Order of the deterministic polynomial: −1 none, 0 constant (default), 1 constant and linear trend. */
  detOrder?: -1 | 0 | 1;
  /** Lagged differences in the model: the order of the autoregression less one. Default 1. */
  kArDiff?: number;
}

/** Outcome of Johansen's test; every array has one entry per series, from the largest eigenvalue to the smallest. */
export interface JohansenResult {
  /** Squared canonical correlations of differences and lagged levels. */
  eigenvalues: Float64Array;
  /**
   * Entry i is the cointegrating vector of eigenvalue i, one weight per series, scaled so that the combination has unit
   * second moment after the short-run terms are taken out; its first weight that is not zero is positive.
   */
  eigenvectors: Float64Array[];
  /** Trace statistics; entry r tests the null hypothesis of at most r cointegrating relations. */
  traceStatistics: Float64Array;
  /** Critical values of the trace statistics at 90, 95 and 99 %. */
  traceCriticalValues: (readonly [number, number, number])[];
  /** Maximum-eigenvalue statistics; entry r tests r relations against r + 1. */
  maxEigenStatistics: Float64Array;
  /** Critical values of the maximum-eigenvalue statistics at 90, 95 and 99 %. */
  maxEigenCriticalValues: (readonly [number, number, number])[];
}

/** Maximum number of series in the tables of critical values. */
const MOST_SERIES = JOHANSEN_TRACE_CRITICAL_VALUES[0].length;

/**
 * Johansen's likelihood-ratio tests for the number of cointegrating relations. Null hypothesis of entry r: at most r of
 * them.
 *
 * The model is ΔX[t] = terms + Π·X[t−1] + Σ Γᵢ·ΔX[t−i] + ε. Levels and differences are regressed on the short-run terms, and the
 * squared canonical correlations of the residuals are the eigenvalues. They are computed by orthogonal factorizations alone,
 * without a moment matrix, so that near-duplicate series keep their digits.
 *
 * With `kArDiff` 0 the level enters one session back, as in the model; statsmodels 0.14 uses that of the same session.
 *
 * @param series 1 to 12 series of equal length n, oldest first, finite, none a combination of the others.
 * @throws {RangeError} If there are no or too many series, lengths differ, n is too short for the model (n − 1 −
 * kArDiff rows for (kArDiff + 2) · m coefficients and the constant), a value is not finite, or series are constant or
 * collinear.
 *
 * @example
 * ```ts
 * import { johansen } from "./johansen.ts";
 * const x = Float64Array.from({ length: 250 }, (_, t) => 50 + t / 10 + Math.sin(t * 0.7));
 * const y = x.map((price, t) => 3 + 2 * price + Math.sin(t * t));
 * const { traceStatistics, traceCriticalValues } = johansen([x, y]);
 * traceStatistics[0]! > traceCriticalValues[0]![2]; // true: not "no relation"
 * ```
 *
 * Source: Johansen (1988), J. Economic Dynamics and Control 12; (1995), ch. 6. Verified:
 * tests/quant/fixtures/time_series.json (`johansen`, statsmodels), tests/golden/time_series_test.ts. Cost: O(n · (m ·
 * kArDiff)²) for m series.
 */
export function johansen(series: readonly Float64Array[], options: JohansenOptions = {}): JohansenResult {
  const { detOrder = 0, kArDiff = 1 } = options;
  const m = series.length;
  requireInteger(m, "The number of series", 1, MOST_SERIES);
  requireInteger(kArDiff, "kArDiff", 0);
  requireInteger(detOrder, "detOrder", -1, 1);
  const n = series[0]!.length;
  const rows = n - 1 - kArDiff;
  const leastRows = (kArDiff + 2) * m + (detOrder >= 0 ? 1 : 0);
  series.forEach((values, i) => {
    requireSameLength(values, series[0]!, `Series ${i} and series 0`);
    requireFinite(values, `Series ${i}`, leastRows + 1 + kArDiff);
  });

  const levels = detOrder === 1 ? series.map(withoutTrend) : series;
  const column = (values: Float64Array) => detOrder === -1 ? values.slice() : centre(values).deviations;
  const differences = levels.map((values) => values.subarray(1).map((value, t) => value - values[t]!));
  const shortRun: Float64Array[] = [];
  for (let lag = 1; lag <= kArDiff; lag++) {
    for (const d of differences) shortRun.push(column(d.slice(kArDiff - lag, kArDiff - lag + rows)));
  }
  const current = differences.map((d) => column(d.slice(kArDiff)));
  const lagged = levels.map((values) => column(values.slice(kArDiff, kArDiff + rows)));

  // One triangular factor of (short-run terms, differences, levels): its rows below the short-run terms are the residuals of
  // differences and levels, in coordinates of the differences first.
  const columns = [...shortRun, ...current, ...lagged];
  const { ranks, diagonal } = triangularize(columns, []);
  if (ranks[columns.length]! < columns.length) {
    throw new RangeError(
      "The series are collinear or constant: levels, differences and lags leave the model singular.",
    );
  }
  const first = shortRun.length;
  const freed = columns.slice(first + m).map((values, i) => {
    const top = values.slice(first, first + 2 * m);
    top[m + i] = diagonal[first + m + i]!;
    top.fill(0, m + i + 1);
    return top;
  });
  const { cosines, levelFactor, levelDiagonal } = cosinesWithDifferences(freed);
  const { values, vectors } = squaredSingularValues(cosines);
  const eigenvectors = vectors.map((v) => cointegratingVector(v, levelFactor, levelDiagonal, Math.sqrt(rows)));

  const maxEigenStatistics = values.map((lambda) => -rows * Math.log1p(-lambda));
  const traceStatistics = new Float64Array(m);
  let sum = 0;
  for (let i = m - 1; i >= 0; i--) traceStatistics[i] = sum += maxEigenStatistics[i]!;
  const critical = (table: typeof JOHANSEN_TRACE_CRITICAL_VALUES) =>
    Array.from({ length: m }, (_, r) => table[detOrder][m - r - 1]!);
  return {
    eigenvalues: values,
    eigenvectors,
    traceStatistics,
    traceCriticalValues: critical(JOHANSEN_TRACE_CRITICAL_VALUES),
    maxEigenStatistics,
    maxEigenCriticalValues: critical(JOHANSEN_MAX_EIGEN_CRITICAL_VALUES),
  };
}

function withoutTrend(values: Float64Array): Float64Array {
  const n = values.length;
  const time = Float64Array.from({ length: n }, (_, i) => (2 * i - (n - 1)) / n);
  return regressCentred(time, values).residuals;
}

/**
 * Orthogonalizes the residual levels (2m rows, the first m along the differences). The first m rows of their orthonormal basis
 * are the inner products with an orthonormal basis of the differences: their singular values are the canonical correlations.
 */
function cosinesWithDifferences(freed: Float64Array[]) {
  const m = freed.length;
  const units = freed.map((_, row) => {
    const unit = new Float64Array(2 * m);
    unit[row] = 1;
    return unit;
  });
  const { diagonal, ranks } = triangularize(freed, units);
  if (ranks[m]! < m) throw new RangeError("The series are collinear: their levels leave the model singular.");
  const cosines = freed.map((_, column) => Float64Array.from(units, (unit) => unit[column]!));
  return { cosines, levelFactor: freed, levelDiagonal: diagonal };
}

/** Solves the triangular system that converts a direction among orthonormalized levels into weights on the series. */
function cointegratingVector(
  v: Float64Array,
  factor: Float64Array[],
  diagonal: Float64Array,
  scale: number,
): Float64Array {
  const m = v.length;
  const weights = new Float64Array(m);
  for (let row = m - 1; row >= 0; row--) {
    let value = v[row]! * scale;
    for (let j = row + 1; j < m; j++) value -= factor[j]![row]! * weights[j]!;
    weights[row] = value / diagonal[row]!;
  }
  const leading = weights.find((weight) => weight !== 0) ?? 1;
  return leading < 0 ? weights.map((weight) => -weight) : weights;
}

/**
 * Squared singular values, largest first, and right singular vectors of a small square matrix given by columns, by
 * one-sided Jacobi rotations (Hestenes), which find small singular values to full relative precision.
 */
function squaredSingularValues(columns: Float64Array[]) {
  const m = columns.length;
  const a = columns.map((column) => column.slice());
  const v = columns.map((_, j) => {
    const unit = new Float64Array(m);
    unit[j] = 1;
    return unit;
  });
  // Convergence is quadratic, in a few sweeps; the bound prevents an endless loop.
  for (let sweep = 0, rotated = true; rotated && sweep < 60; sweep++) {
    rotated = false;
    for (let p = 0; p < m - 1; p++) {
      for (let q = p + 1; q < m; q++) {
        const alpha = dot(a[p]!, a[p]!);
        const beta = dot(a[q]!, a[q]!);
        const gamma = dot(a[p]!, a[q]!);
        if (Math.abs(gamma) <= Number.EPSILON * Math.sqrt(alpha * beta)) continue;
        rotated = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        rotate(a[p]!, a[q]!, c, c * t);
        rotate(v[p]!, v[q]!, c, c * t);
      }
    }
  }
  const squared = a.map((column) => dot(column, column));
  const order = squared.map((_, j) => j).sort((i, j) => squared[j]! - squared[i]!);
  return { values: Float64Array.from(order, (j) => squared[j]!), vectors: order.map((j) => v[j]!) };
}

function rotate(a: Float64Array, b: Float64Array, c: number, s: number): void {
  for (let i = 0; i < a.length; i++) {
    const left = a[i]!;
    const right = b[i]!;
    a[i] = c * left - s * right;
    b[i] = s * left + c * right;
  }
}
