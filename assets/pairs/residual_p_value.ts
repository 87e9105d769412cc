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
