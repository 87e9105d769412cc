import { NestedLeastSquares } from "../../least_squares_qr.ts";

/** Coefficients from which a search for the maximum likelihood starts. */
export interface ArmaStart {
  ar: Float64Array;
  /** Without the leading 1. */
  ma: Float64Array;
}

/**
 * Coefficients of an autoregressive moving average by two regressions: a long autoregression of 2q lags gives the
 * innovations, then the series is regressed on its own lags and theirs.
 *
 * @param series Deviations from the mean, or differences; a series too short for the regressions gives zeros.
 *
 * Source: Hannan & Rissanen (1982), Biometrika 69. Cost: O(n · (p + q)²).
 */
export function hannanRissanen(series: Float64Array, arOrder: number, maOrder: number): ArmaStart {
  const n = series.length;
  const long = 2 * maOrder;
  const first = Math.max(3 * maOrder, arOrder);
  const start = { ar: new Float64Array(arOrder), ma: new Float64Array(maOrder) };
  if (n - first < 2 * (arOrder + maOrder) || n - long <= long) return start;

  const innovations = new Float64Array(n);
  if (maOrder > 0) {
    const lags = Array.from({ length: long }, (_, lag) => series.slice(long - lag - 1, n - lag - 1));
    const coefficients = new NestedLeastSquares(lags, series.slice(long)).coefficients();
    for (let t = long; t < n; t++) {
      innovations[t] = series[t]!;
      for (let lag = 0; lag < long; lag++) innovations[t]! -= coefficients[lag]! * series[t - lag - 1]!;
    }
  }
  const columns = [
    ...Array.from({ length: arOrder }, (_, lag) => series.slice(first - lag - 1, n - lag - 1)),
    ...Array.from({ length: maOrder }, (_, lag) => innovations.slice(first - lag - 1, n - lag - 1)),
  ];
  const coefficients = new NestedLeastSquares(columns, series.slice(first)).coefficients();
  start.ar.set(coefficients.subarray(0, arOrder));
  start.ma.set(coefficients.subarray(arOrder, arOrder + maOrder));
  return start;
}
