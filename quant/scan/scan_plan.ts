/** Constants of a scan that depend on the number of sessions alone, computed once for all pairs. */
export interface ScanPlan {
  /** Sessions per series, n. */
  readonly sessions: number;
  /** Maximum lag of the augmented Dickey–Fuller test: min(⌊n/2⌋ − 2, ⌈12·(n/100)^¼⌉). */
  readonly maxLag: number;
  /** exp(2k / rows) for k = 0 … maxLag: minimising rss·weight is minimising AIC, without a logarithm per candidate. */
  readonly lagWeights: Float64Array;
  /** Window lengths of the R/S regression, ascending; the last one is n itself. */
  readonly windows: Int32Array;
  /** log10 of each window length less their mean, divided by the sum of their squares: the regression's weights. */
  readonly windowWeights: Float64Array;
}

/** Minimum number of sessions: below this the R/S regression has too few window lengths. */
export const FEWEST_SESSIONS = 100;

/**
 * Derives the constants of a scan over series of `sessions` values.
 *
 * @param sessions Length of every series, n ≥ 100.
 */
export function planScan(sessions: number): ScanPlan {
  // Square roots are correctly rounded everywhere, powers are not: with pow, n = 1,600 could have lag 25 instead of 24.
  const maxLag = Math.min(
    Math.floor(sessions / 2) - 2,
    Math.ceil(12 * Math.sqrt(Math.sqrt(sessions / 100))),
  );
  const rows = sessions - 1 - maxLag;
  const lagWeights = Float64Array.from({ length: maxLag + 1 }, (_, k) => Math.exp(2 * k / rows));

  const windows = rescaledRangeWindows(sessions);
  const logs = Float64Array.from(windows, Math.log10);
  const meanLog = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const squares = logs.reduce((sum, log) => sum + (log - meanLog) ** 2, 0);
  return { sessions, maxLag, lagWeights, windows, windowWeights: logs.map((log) => (log - meanLog) / squares) };
}

/** Window lengths ⌊10^(1 + k/4)⌋ below n − 1, then n. */
function rescaledRangeWindows(sessions: number): Int32Array {
  const windows: number[] = [];
  for (let k = 0;; k++) {
    // The powers are irrational except every fourth, which is exact: flooring is safe once 1e-9 absorbs the last bit.
    const window = Math.floor(10 ** (1 + k / 4) + 1e-9);
    if (window >= sessions - 1) break;
    windows.push(window);
  }
  windows.push(sessions);
  return Int32Array.from(windows);
}
