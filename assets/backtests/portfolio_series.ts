import type { z } from "zod";
import type { Columns } from "../../engine/mod.ts";
import type { PortfolioDay } from "./portfolio_daily.ts";

type Days = Columns<z.output<typeof PortfolioDay>>;

/** Columns of `portfolio_daily` that identify a series. */
export const seriesKey = ["strategy", "costs", "cost_bps", "weighting"] as const;

/** Index range of the days of one strategy at one cost level and weighting. */
export interface SeriesRange {
  start: number;
  /** Exclusive. */
  end: number;
}

/** The series of some days of `portfolio_daily` in key order. */
export function* seriesIn(
  { strategy, costs, cost_bps, weighting }: Pick<Days, typeof seriesKey[number]>,
): Generator<SeriesRange> {
  for (let start = 0, end = 0; start < strategy.length; start = end) {
    while (
      end < strategy.length && strategy[end] === strategy[start] && costs[end] === costs[start] &&
      cost_bps[end] === cost_bps[start] && weighting[end] === weighting[start]
    ) end++;
    yield { start, end };
  }
}

/** Returns in excess of cash of one series. */
export function excessIn(
  { daily_return, cash_return }: Pick<Days, "daily_return" | "cash_return">,
  { start, end }: SeriesRange,
): Float64Array {
  const excess = new Float64Array(end - start);
  for (let t = start; t < end; t++) excess[t - start] = daily_return[t]! - cash_return[t]!;
  return excess;
}
