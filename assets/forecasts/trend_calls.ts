import { rollingTrendForecast, type TrendForecast } from "../../quant/mod.ts";

/** The direction of a line through recent values, and whether it was right. */
export interface TrendCall {
  /** Share of the variance that the line explains. */
  rSquared: number;
  right: boolean;
}

/** Calls of one series. Lines that forecast no change make no call. */
export interface TrendCalls {
  /** Lines with a realized value. */
  lines: number;
  calls: TrendCall[];
}

/** Lines through each `lookback` consecutive values of a series, in order of the last value. */
export function linesOf(series: Float64Array, lookback: number): TrendForecast[] {
  return rollingTrendForecast(Float64Array.from(series, (_, t) => t), series, { window: lookback });
}

/** A series with its lines, and the range of lines to evaluate. */
interface Judged {
  series: Float64Array;
  lookback: number;
  /** Range of the index of a line's last value: `from` inclusive, `to` exclusive. */
  from: number;
  to: number;
}

/**
 * Evaluates each line by the change of the spread from its last value to a later one, as forecast by `rolling_trend`.
 *
 * @param after Returns the value `horizon` after an index; `undefined` if there is none.
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

/** Number of later values whose mean the research compared. */
export const researchHorizon = 3;

/**
 * Evaluates each line by the mean of the next three values against the mean of the fitted values: the trend accuracy of the
 * research. It is high by construction: a trend ends away from its mean.
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

/** @param signs Signs of the forecast change and of the realized one; `null` without a realized value. */
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
