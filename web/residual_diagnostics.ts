import { autocorrelation, histogram, whiteNoiseBound } from "../quant/mod.ts";

/** Distribution and autocorrelation of a pair's spread. */
export interface ResidualDiagnostics {
  sessions: number;
  mean: number;
  /** Of the population. */
  standardDeviation: number;
  /** Bins of equal width: number of sessions, and number expected of a normal distribution with this mean and deviation. */
  bins: { from: number; to: number; sessions: number; normal: number }[];
  /** By lag in sessions, from 1. */
  autocorrelation: { lag: number; value: number; implied: number | null }[];
  /** Bound that contains 19 of 20 autocorrelations of white noise. */
  bound: number;
}

const mostLags = 40;
const mostBins = 40;

/**
 * Distribution and autocorrelation of a spread; `null` if it is constant or has fewer than ten sessions.
 *
 * `implied` is the autocorrelation of a first-order process with the half-life, if it has one.
 */
export function residualDiagnostics(
  values: readonly number[],
  { halfLife }: { halfLife: number | null },
): ResidualDiagnostics | null {
  const series = Float64Array.from(values);
  const n = series.length;
  if (n < 10 || series.every((value) => value === series[0])) return null;
  const mean = series.reduce((sum, value) => sum + value, 0) / n;
  const standardDeviation = Math.sqrt(series.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  const { edges, counts } = histogram(series, { mostBins });
  const correlations = autocorrelation(series, Math.min(mostLags, n - 1));
  const reverts = halfLife !== null && halfLife > 0;
  return {
    sessions: n,
    mean,
    standardDeviation,
    bins: Array.from(counts, (sessions, i) => {
      const [from, to] = [edges[i]!, edges[i + 1]!];
      const middle = ((from + to) / 2 - mean) / standardDeviation;
      const density = Math.exp(-middle * middle / 2) / Math.sqrt(2 * Math.PI) / standardDeviation;
      return { from, to, sessions, normal: n * (to - from) * density };
    }),
    autocorrelation: Array.from(correlations.subarray(1), (value, i) => ({
      lag: i + 1,
      value,
      implied: reverts ? 2 ** (-(i + 1) / halfLife) : null,
    })),
    bound: whiteNoiseBound(n),
  };
}
