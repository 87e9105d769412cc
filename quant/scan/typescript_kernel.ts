import { adfuller } from "../adfuller.ts";
import { type DickeyFuller, dickeyFullerFromMoments, laggedProducts, momentScratch } from "./dickey_fuller_moments.ts";
import { DEFECT, type PairColumns } from "./pair_columns.ts";
import { constantLegs, noMeasures, type PairKernel, writeDefect, writePair } from "./pair_kernel.ts";
import type { PriceTable } from "./price_table.ts";
import { meanRescaledRanges, rescaledRangeScratch } from "./rescaled_range.ts";
import type { ScanPlan } from "./scan_plan.ts";
import { deviationRounding, fitSpread, legAt } from "./spread.ts";

/**
 * The TypeScript implementation: the reference for the WebAssembly kernel, its replacement without WebAssembly SIMD, and its
 * fallback for pairs that are too ill-conditioned for its method.
 */
export function typescriptKernel(table: PriceTable, plan: ScanPlan): PairKernel {
  const levels = new Float64Array(plan.sessions);
  const differences = new Float64Array(plan.sessions);
  const moments = momentScratch(plan);
  const ranges = rescaledRangeScratch(plan.sessions);
  const measures = noMeasures(plan);

  /** Measures the spread in `levels`, of which differences up to `rounding` count as 0. */
  function measureSpread(rounding: number): void {
    const { sessions, maxLag } = plan;
    const end = sessions - 1;
    for (let t = 1; t <= end; t++) differences[t] = levels[t]! - levels[t - 1]!;

    // The sessions before the rows of the lag search, and those rows without the last session.
    const head = sumsOver(levels, 0, maxLag);
    const body = sumsOver(levels, maxLag, end);
    laggedProducts(differences, maxLag, moments.crossProducts);
    let squaredDifferences = moments.crossProducts[0]!;
    for (let t = 1; t <= maxLag; t++) squaredDifferences += differences[t]! * differences[t]!;

    const laggedLevels = head.sum + body.sum;
    measures.halfLife = halfLifeFromSums(sessions, levels[0]!, levels[end]!, {
      laggedLevels,
      laggedSquares: head.square + body.square,
      squaredDifferences,
    });
    measures.meanCrossings = crossingsOf(levels, (laggedLevels + levels[end]!) / sessions);
    meanRescaledRanges(levels, differences, plan.windows, rounding, measures.rescaledRanges, ranges);

    const test = dickeyFullerFromMoments(levels, differences, body, plan, moments) ??
      orthogonalDickeyFuller(levels);
    measures.adfStatistic = test?.statistic ?? NaN;
    measures.usedLag = test?.usedLag ?? -1;
  }

  function measurePair(columns: PairColumns, pair: number): void {
    const constant = constantLegs(columns, pair, table);
    if (constant !== 0) return writeDefect(columns, pair, constant);
    const x = legAt(table, columns.first[pair]!);
    const y = legAt(table, columns.second[pair]!);
    const fit = fitSpread(x, y, levels);
    if (fit.collinear) {
      const intercept = y.mean - fit.slope * x.mean;
      return writeDefect(columns, pair, DEFECT.collinear, { slope: fit.slope, intercept });
    }
    measures.slope = fit.slope;
    measureSpread(deviationRounding(fit.slope, x, y));
    writePair(columns, pair, measures, table, plan);
  }

  return {
    measure(columns, from, to) {
      for (let pair = from; pair < to; pair++) measurePair(columns, pair);
    },
  };
}

/**
 * Orthogonalizes the regressors themselves, for the few spreads whose moments lose too many digits; `null` if the regression is
 * singular or fits perfectly, so that there is no statistic.
 */
function orthogonalDickeyFuller(levels: Float64Array): DickeyFuller | null {
  try {
    return adfuller(levels, { regression: "c", autolag: "AIC" });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Sum and sum of squares of values from `from` to before `to`, each in four interleaved sums as in `dot`. */
function sumsOver(values: Float64Array, from: number, to: number): { sum: number; square: number } {
  let sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
  let square0 = 0, square1 = 0, square2 = 0, square3 = 0;
  let t = from;
  for (; t + 4 <= to; t += 4) {
    const a = values[t]!, b = values[t + 1]!, c = values[t + 2]!, d = values[t + 3]!;
    sum0 += a;
    sum1 += b;
    sum2 += c;
    sum3 += d;
    square0 += a * a;
    square1 += b * b;
    square2 += c * c;
    square3 += d * d;
  }
  for (; t < to; t++) {
    sum0 += values[t]!;
    square0 += values[t]! * values[t]!;
  }
  return { sum: (sum0 + sum1) + (sum2 + sum3), square: (square0 + square1) + (square2 + square3) };
}

/**
 * Half-life of a spread by the reference convention: Δs on lagged s and a constant over all n rows, with the first row (lagged 0,
 * Δ = s₀).
 *
 * Needs sums only, because Σ sₜ₋₁·Δsₜ telescopes to ½(s²ₙ₋₁ − s²₀ − Σ Δs²).
 *
 * @returns −ln 2 / slope in sessions: negative if the spread does not revert, +Infinity if the slope is exactly 0.
 */
function halfLifeFromSums(
  sessions: number,
  first: number,
  last: number,
  sums: { laggedLevels: number; laggedSquares: number; squaredDifferences: number },
): number {
  const cross = 0.5 * (last * last - first * first - sums.squaredDifferences) - sums.laggedLevels * last / sessions;
  const square = sums.laggedSquares - sums.laggedLevels * sums.laggedLevels / sessions;
  const slope = cross / square;
  return slope === 0 ? Infinity : -Math.LN2 / slope;
}

/** Number of crossings of `mean`: sessions, except the last, on the mean or whose successor is on the other side. */
function crossingsOf(series: Float64Array, mean: number): number {
  let crossings = 0;
  let here = series[0]! - mean;
  for (let t = 1; t < series.length; t++) {
    const next = series[t]! - mean;
    if (here * next < 0 || here === 0) crossings++;
    here = next;
  }
  return crossings;
}
