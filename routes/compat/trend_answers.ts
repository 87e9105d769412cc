import { z } from "zod";
import { named } from "../../engine/mod.ts";
import { rollingTrendForecast } from "../../quant/mod.ts";
import { dataSourceHeaders } from "../data_source.ts";
import { OldError } from "./old_errors.ts";
import type { Observations } from "./observations.ts";

/** Values that a line is fitted to. */
export const TREND_WINDOW = 10;

/** Where a spread is heading, for the day that ends a window. */
const TrendAnswer = z.strictObject({
  date: z.string(),
  trend: z.enum(["positive", "negative"]),
  /** r² of the line; `null` where numbers are too large to square, or one is none. */
  confidence: z.number().nullable(),
});
export type TrendAnswer = z.infer<typeof TrendAnswer>;

/** The answer of the routes that tell trends, for the document of the API. */
export const trendList = {
  200: {
    description: "The trend of each window of ten",
    schema: named("OldTrendList", z.array(TrendAnswer)),
    headers: dataSourceHeaders,
  },
};

/**
 * The trend of each window of ten observations, in order of date. The contract has two trends only: a forecast that equals the
 * last spread counts as negative, as it did in the original, and so does a window with a value that is not finite, which has no line.
 *
 * @throws {OldError} 400 for fewer than ten observations and for ten in a row of the same date.
 */
export function trendAnswers({ dates, values }: Observations, { strict }: { strict: boolean }): TrendAnswer[] {
  if (dates.length < TREND_WINDOW) throw new OldError(400, `At least ${TREND_WINDOW} data points are required`);
  const order = Array.from(dates, (_, i) => i).sort((a, b) =>
    dates[a]! < dates[b]! ? -1 : dates[a] === dates[b] ? 0 : 1
  );
  const sorted = order.map((i) => dates[i]!);
  const spread = Float64Array.from(order, (i) => values[i]!);
  const lines = spread.map((value) => Number.isFinite(value) ? value : 0);
  try {
    return rollingTrendForecast(sorted, lines, { window: TREND_WINDOW, compat: strict }).map(
      ({ index, trend, rSquared }) => {
        const isLine = spread.subarray(index - TREND_WINDOW + 1, index + 1).every(Number.isFinite);
        return {
          date: sorted[index]!,
          trend: trend === "positive" && isLine ? trend : "negative",
          confidence: Number.isFinite(rSquared) && isLine ? rSquared : null,
        };
      },
    );
  } catch (error) {
    if (error instanceof RangeError) throw new OldError(400, `Invalid input data: ${error.message}`);
    throw error;
  }
}
