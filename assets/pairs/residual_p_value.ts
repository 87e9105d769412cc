import { engleGranger } from "../../quant/mod.ts";

/** P-value of the Engle–Granger test, with the null hypothesis that the legs are not cointegrated; `null` if it is undefined. */
export function residualPValue(y: Float64Array, x: Float64Array): number | null {
  try {
    const { statistic, pValue } = engleGranger(y, x);
    // Legs that are linearly dependent up to rounding have a p-value of zero, which is not evidence.
    return statistic === -Infinity ? null : pValue;
  } catch (error) {
    // A residual that repeats exactly makes the regression singular.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** P-values of a pair; `null` if a test was not run or is undefined. */
export interface PairPValues {
  engle_granger_p_value: number | null;
  engle_granger_p_value_reversed: number | null;
}

/** The p-value that criteria apply to: the larger one if both orders are tested, `null` if one of them has none. */
export function countedPValue(
  { engle_granger_p_value: forward, engle_granger_p_value_reversed: reversed }: PairPValues,
  orders: "both" | "one",
): number | null {
  if (orders === "one" || forward === null) return forward;
  return reversed === null ? null : Math.max(forward, reversed);
}
