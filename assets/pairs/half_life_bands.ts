import { z } from "zod";
import { halfLifeBand, regressCentred } from "../../quant/mod.ts";
import type { PairTests } from "./tested_pair.ts";

/** The seed is fixed, so that runs are reproducible. */
const bands = { level: 0.95, replications: 399, seed: 19_980_801 };

/** Columns for the uncertainty of a pair's half-life. */
export const halfLifeBandColumns = {
  half_life_low: z.number().min(0).nullable().describe(
    "Lower end of the 95 % band of half_life in sessions, by a bootstrap corrected for bias; null for refused pairs",
  ),
  half_life_high: z.number().min(0).nullable().describe(
    "Upper end; null with a lower end if the sample does not exclude a spread that never reverts",
  ),
};

/** Values of these columns. */
export type HalfLifeBandColumns = { [Name in keyof typeof halfLifeBandColumns]: number | null };

/** The band of an accepted pair's half-life, from the tested residuals. It takes some milliseconds, so refused pairs have none. */
export function halfLifeBandOf(
  { ticker_1, ticker_2, accepted }: { ticker_1: string; ticker_2: string; accepted: boolean },
  { series }: Pick<PairTests, "series">,
): HalfLifeBandColumns {
  if (!accepted) return { half_life_low: null, half_life_high: null };
  const { residuals } = regressCentred(series.get(ticker_1)!, series.get(ticker_2)!);
  try {
    const { low, high } = halfLifeBand(residuals, bands);
    return { half_life_low: Number.isFinite(low) ? low : null, half_life_high: Number.isFinite(high) ? high : null };
  } catch (error) {
    // A spread that repeats exactly has nothing to resample.
    if (error instanceof RangeError) return { half_life_low: null, half_life_high: null };
    throw error;
  }
}
