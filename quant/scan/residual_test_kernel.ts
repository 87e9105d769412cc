import { COLLINEAR_SHARE, engleGranger } from "../engle_granger.ts";
import { mackinnonPValue } from "../mackinnon.ts";
import { dickeyFullerFromMoments, laggedProducts, momentScratch } from "./dickey_fuller_moments.ts";
import type { PairKernel } from "./pair_kernel.ts";
import type { PriceTable } from "./price_table.ts";
import type { ScanPlan } from "./scan_plan.ts";
import { fitSpread, type Leg, legAt } from "./spread.ts";

/**
 * The Engle–Granger test of each pair in both orders, from moments as in the kernels of the spread, but without a constant and
 * with p-values for the residual of an estimated line. Falls back to `engleGranger` if the moments have too few digits.
 *
 * Pairs without a spread have NaN: a constant leg, legs that are collinear up to rounding (the p-value of 0 that `engleGranger`
 * gives them is not evidence), or a residual whose regression is singular.
 */
export function residualTestKernel(table: PriceTable, plan: ScanPlan): PairKernel {
  const { sessions, maxLag } = plan;
  const residual = new Float64Array(sessions);
  const differences = new Float64Array(sessions);
  const moments = momentScratch(plan);

  function pValueOf(x: Leg, y: Leg): number {
    if (x.sumOfSquares === 0 || y.sumOfSquares === 0) return NaN;
    fitSpread(x, y, residual);
    let squares = 0;
    for (let t = 0; t < sessions; t++) squares += residual[t]! * residual[t]!;
    if (squares <= COLLINEAR_SHARE * y.sumOfSquares) return NaN;

    for (let t = 1; t < sessions; t++) differences[t] = residual[t]! - residual[t - 1]!;
    let square = 0;
    for (let t = maxLag; t < sessions - 1; t++) square += residual[t]! * residual[t]!;
    laggedProducts(differences, maxLag, moments.crossProducts);
    const test = dickeyFullerFromMoments(residual, differences, { sum: 0, square }, plan, moments, "n");
    return test ? mackinnonPValue(test.statistic, { regression: "c", variables: 2 }) : orthogonalPValue(x, y);
  }

  return {
    measure(columns, from, to) {
      for (let pair = from; pair < to; pair++) {
        const first = legAt(table, columns.first[pair]!);
        const second = legAt(table, columns.second[pair]!);
        columns.engleGranger[pair] = pValueOf(first, second);
        columns.engleGrangerReversed[pair] = pValueOf(second, first);
      }
    },
  };
}

/** Orthogonalizes the regressors themselves, for the few residuals whose moments lose too many digits. */
function orthogonalPValue(x: Leg, y: Leg): number {
  try {
    const { statistic, pValue } = engleGranger(y.centred, x.centred);
    return statistic === -Infinity ? NaN : pValue;
  } catch (error) {
    // The residual follows its regression exactly, which is singular.
    if (error instanceof RangeError) return NaN;
    throw error;
  }
}
