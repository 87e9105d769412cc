import { z } from "zod";
import { named } from "../../engine/mod.ts";
import { rollingTrendForecast } from "../../quant/mod.ts";
import { dataSourceHeaders } from "../data_source.ts";
import { OldError } from "./old_errors.ts";
import type { Observations } from "./observations.ts";

/** Number of values of a line. */
export const TREND_WINDOW = 10;

/** Direction of a spread at the day that ends a window. */
const TrendAnswer = z.strictObject({
  date: z.string(),
  trend: z.enum(["positive", "negative"]),
  /** r² of the line; `null` if numbers are too large to square or not finite. */
  confidence: z.number().nullable(),
});
export type TrendAnswer = z.infer<typeof TrendAnswer>;

/** Response of the routes with trends, for the OpenAPI document. */
export const trendList = {
  200: {
    description: "The trend of each window of ten",
    schema: named("OldTrendList", z.array(TrendAnswer)),
    headers: dataSourceHeaders,
  },
};

/**
 * The trend of each window of ten observations, in order of date. There are only two trends: as in the original, a forecast equal
 * to the last spread counts as negative, as does a window with a value that is not finite, which has no line.
 *
 * @throws {OldError} 400 for fewer than ten observations and for ten consecutive ones with the same date.
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
