import { engleGranger } from "../../quant/mod.ts";

/** Of the null hypothesis that the legs are not cointegrated; `null` where the test has nothing to say. */
export function residualPValue(y: Float64Array, x: Float64Array): number | null {
  try {
    const { statistic, pValue } = engleGranger(y, x);
    // Legs that explain each other up to rounding are one thing twice: the zero that they get is no evidence.
    return statistic === -Infinity ? null : pValue;
  } catch (error) {
    // A residual that repeats itself exactly: the regression is singular, as the kernel says of series that are in order.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The p-values of a pair, with `null` where a test was not made or has nothing to say. */
export interface PairPValues {
  engle_granger_p_value: number | null;
  engle_granger_p_value_reversed: number | null;
}

/** The p-value that a pair is judged by: the larger one where both orders are asked, `null` where one of them has none. */
export function countedPValue(
  { engle_granger_p_value: forward, engle_granger_p_value_reversed: reversed }: PairPValues,
  orders: "both" | "one",
): number | null {
  if (orders === "one" || forward === null) return forward;
  return reversed === null ? null : Math.max(forward, reversed);
}
