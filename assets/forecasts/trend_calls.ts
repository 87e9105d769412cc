import { rollingTrendForecast, type TrendForecast } from "../../quant/mod.ts";

/** The direction of a line through some values, and whether it came true. */
export interface TrendCall {
  /** Share of the variance that the line explains. */
  rSquared: number;
  right: boolean;
}

/** Calls of one series. A line that forecasts no change makes no call. */
export interface TrendCalls {
  /** Lines with a realized value. */
  lines: number;
  calls: TrendCall[];
}

/** The line through each `lookback` values of a series, in order of the last of them. */
export function linesOf(series: Float64Array, lookback: number): TrendForecast[] {
  return rollingTrendForecast(Float64Array.from(series, (_, t) => t), series, { window: lookback });
}

/** The values that lines were fitted to, and the lines to judge. */
interface Judged {
  series: Float64Array;
  lookback: number;
  /** Lines whose last value is at or after this place and before the next. */
  from: number;
  to: number;
}

/**
 * Judges each line by the change of the spread from its last value to a later one, as the forecaster `rolling_trend` forecasts it.
 *
 * @param after The value that came so many after a place; `undefined` where none did.
 */
export function callsOfChange(
  lines: readonly TrendForecast[],
  { series, lookback, from, to, horizon, after }: Judged & {
    horizon: number;
    after(place: number): number | undefined;
  },
): TrendCalls {
  return judge(lines, { from, to }, ({ index, slope, intercept }) => {
    const actual = after(index);
    if (actual === undefined) return null;
    const last = series[index]!;
    return [compare(intercept + slope * (lookback - 1 + horizon), last), compare(actual, last)];
  });
}

/** Values whose mean the research compared. */
export const researchHorizon = 3;

/**
 * Judges each line by the mean of the next three values against the mean of the values that it was fitted to: the research's trend
 * accuracy. It is high by construction: the end of a trend lies away from its mean.
 */
export function callsOfWindowMean(lines: readonly TrendForecast[], { series, lookback, from, to }: Judged): TrendCalls {
  const mean = (start: number, end: number) =>
    series.subarray(start, end).reduce((sum, value) => sum + value, 0) / (end - start);
  return judge(lines, { from, to }, ({ index, slope }) => {
    const next = index + 1;
    if (next + researchHorizon > series.length) return null;
    return [Math.sign(slope), compare(mean(next, next + researchHorizon), mean(next - lookback, next))];
  });
}

/** @param signs Of the forecast change and of the realized one; `null` without a realized value. */
function judge(
  lines: readonly TrendForecast[],
  { from, to }: Pick<Judged, "from" | "to">,
  signs: (line: TrendForecast) => [called: number, realized: number] | null,
): TrendCalls {
  const found: TrendCalls = { lines: 0, calls: [] };
  for (const line of lines) {
    if (line.index < from || line.index >= to) continue;
    const judged = signs(line);
    if (judged === null) continue;
    found.lines++;
    const [called, realized] = judged;
    if (called !== 0) found.calls.push({ rSquared: line.rSquared, right: called === realized });
  }
  return found;
}

function compare(a: number, b: number): number {
  return a > b ? 1 : a < b ? -1 : 0;
}
