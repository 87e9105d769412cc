import { mackinnonPValue } from "../mackinnon.ts";
import { DEFECT, type PairColumns } from "./pair_columns.ts";
import type { PriceTable } from "./price_table.ts";
import type { ScanPlan } from "./scan_plan.ts";

/** One implementation of the statistics of a pair. */
export interface PairKernel {
  /** Fills the columns' entries from `from` to before `to`. The result of a pair depends on its two series alone. */
  measure(columns: PairColumns, from: number, to: number): void;
}

/** Measures that both implementations compute before any logarithm. */
export interface SpreadMeasures {
  slope: number;
  /** NaN if the test has no statistic. */
  adfStatistic: number;
  usedLag: number;
  halfLife: number;
  meanCrossings: number;
  /** Mean R/S for each window length of the plan. */
  readonly rescaledRanges: Float64Array;
}

/** Measures to be filled in, none of which is defined. */
export function noMeasures(plan: ScanPlan): SpreadMeasures {
  return {
    slope: NaN,
    adfStatistic: NaN,
    usedLag: -1,
    halfLife: NaN,
    meanCrossings: -1,
    rescaledRanges: new Float64Array(plan.windows.length),
  };
}

/**
 * Writes one pair. Logarithms and p-values are computed here for both implementations, because mathematical libraries differ in
 * the last bit.
 */
export function writePair(
  columns: PairColumns,
  pair: number,
  measures: SpreadMeasures,
  table: PriceTable,
  plan: ScanPlan,
): void {
  const { slope, adfStatistic, rescaledRanges } = measures;
  let hurst = 0;
  for (let k = 0; k < rescaledRanges.length; k++) hurst += plan.windowWeights[k]! * Math.log10(rescaledRanges[k]!);
  const noStatistic = Number.isNaN(adfStatistic);
  columns.slope[pair] = slope;
  columns.intercept[pair] = table.means[columns.second[pair]!]! - slope * table.means[columns.first[pair]!]!;
  columns.adfStatistic[pair] = adfStatistic;
  columns.adfPValue[pair] = noStatistic ? NaN : mackinnonPValue(adfStatistic, { regression: "c", variables: 1 });
  columns.usedLag[pair] = noStatistic ? -1 : measures.usedLag;
  columns.hurst[pair] = hurst;
  columns.halfLife[pair] = measures.halfLife;
  columns.meanCrossings[pair] = measures.meanCrossings;
  columns.defect[pair] = (noStatistic ? DEFECT.noStatistic : 0) | (Number.isNaN(hurst) ? DEFECT.noHurst : 0);
}

/** Writes a pair whose spread is undefined, for the reasons in `defect`; collinear legs still have their slope. */
export function writeDefect(
  columns: PairColumns,
  pair: number,
  defect: number,
  line: { slope: number; intercept: number } = { slope: NaN, intercept: NaN },
): void {
  columns.slope[pair] = line.slope;
  columns.intercept[pair] = line.intercept;
  columns.adfStatistic[pair] = NaN;
  columns.adfPValue[pair] = NaN;
  columns.usedLag[pair] = -1;
  columns.hurst[pair] = NaN;
  columns.halfLife[pair] = NaN;
  columns.meanCrossings[pair] = -1;
  columns.defect[pair] = defect;
}

/** The bits of `DEFECT` that depend on the legs alone. */
export function constantLegs(columns: PairColumns, pair: number, table: PriceTable): number {
  return (table.sumsOfSquares[columns.first[pair]!] === 0 ? DEFECT.constantFirst : 0) |
    (table.sumsOfSquares[columns.second[pair]!] === 0 ? DEFECT.constantSecond : 0);
}
