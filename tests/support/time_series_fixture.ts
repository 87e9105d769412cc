import assert from "node:assert/strict";
import type { CriticalValues, DeterministicTerms } from "../../quant/mackinnon.ts";

/** Cases of tests/quant/fixtures/time_series.json; `make_time_series.py` beside it has the source of each number. */
interface TimeSeriesFixture {
  series: Record<string, number[]>;
  pairs: Record<string, { y: number[]; x: number[] }>;
  systems: Record<string, number[][]>;
  normalCdf: [number, number][];
  mackinnonPValue: [DeterministicTerms, number, number, number][];
  mackinnonCriticalValues: [DeterministicTerms, number, number | null, number[]][];
  adfuller: {
    series: string;
    regression: DeterministicTerms;
    autolag: "AIC" | "BIC" | "none";
    maxLag: number | null;
    statistic: number;
    pValue: number;
    usedLag: number;
    nobs: number;
    criticalValues: CriticalValues;
    icBest: number | "-inf" | null;
  }[];
  adfullerHard: {
    series: string;
    regression: DeterministicTerms;
    autolag: "AIC" | "BIC";
    statistic: number;
    usedLag: number;
    icBest: number;
  }[];
  engleGranger: {
    pair: string;
    first: "y" | "x";
    trend: DeterministicTerms;
    autolag: "aic" | "bic" | "none";
    maxLag: number | null;
    statistic: number | "-inf";
    pValue: number;
    criticalValues: CriticalValues | null;
  }[];
  pairsHard: {
    pair: string;
    slope: number;
    intercept: number;
    rSquared: number;
    totalSlope: number;
    totalIntercept: number;
    residualStatistic: number;
    residualLag: number;
    engleGrangerStatistic: number;
    engleGrangerLag: number;
    residualHalfLife: number;
  }[];
  johansen: {
    system: string;
    detOrder: -1 | 0 | 1;
    kArDiff: number;
    eigenvalues: number[];
    trace: number[];
    maxEigen: number[];
    traceCritical: [number, number, number][];
    maxEigenCritical: [number, number, number][];
    vectors: number[][];
  }[];
  hurstExponent: { series: string; length?: number; hurst: number }[];
  halfLife: { series: string; convention: "reference" | "ar1"; halfLife: number }[];
  meanCrossings: { series: string; crossings: number }[];
  kalmanHedgeRatio: {
    pair: string;
    length: number;
    options: {
      delta?: number;
      observationVariance?: number;
      initialState?: [number, number];
      initialVariances?: [number, number];
    };
    slope: number[];
    intercept: number[];
    innovations: number[];
    innovationVariances: number[];
    logLikelihood: number;
  }[];
  ornsteinUhlenbeck: {
    series: string;
    dt: number;
    theta: number;
    mu: number;
    sigma: number;
    halfLife: number;
    searched?: [number, number, number];
  }[];
  rollingZScore: { series: string; length: number; window: number; ddof: 0 | 1; scores: (number | null)[] }[];
  falseDiscoveryRate: { pValues: number[]; method: "bh" | "by"; adjusted: number[] }[];
}

const path = new URL("../quant/fixtures/time_series.json", import.meta.url);

/** Generated series, with results of reference software and of 50-digit arithmetic. */
export const timeSeries: TimeSeriesFixture = JSON.parse(Deno.readTextFileSync(path));

/** A generated series by name. */
export function generatedSeries(name: string): Float64Array {
  return Float64Array.from(timeSeries.series[name]!);
}

/** A generated pair by name. */
export function generatedPair(name: string): { y: Float64Array; x: Float64Array } {
  const { y, x } = timeSeries.pairs[name]!;
  return { y: Float64Array.from(y), x: Float64Array.from(x) };
}

/** Asserts that a number is within an absolute tolerance of the expected one. */
export function assertWithin(actual: number | null, expected: number, tolerance: number, what: string): void {
  assert.ok(
    actual !== null && (actual === expected || Math.abs(actual - expected) <= tolerance),
    `${what}: ${actual}, expected ${expected}`,
  );
}

/** Asserts that a number is within a relative tolerance of the expected one. */
export function assertRelative(actual: number, expected: number, tolerance: number, what: string): void {
  assertWithin(actual, expected, tolerance * Math.abs(expected), what);
}

/** Asserts a RangeError with the same message for each value that is not finite: NaN and both infinities. */
export function assertRefusesNonFinite(call: (value: number) => unknown): void {
  for (const value of [NaN, Infinity, -Infinity]) {
    assert.throws(() => call(value), { name: "RangeError", message: /finite, but value \d+ is (NaN|-?Infinity)/ });
  }
}
