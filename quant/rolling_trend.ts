import { mean } from "./centring.ts";
import { linearRegression } from "./linear_regression.ts";
import { requireFinite, requireInteger, requireSameLength } from "./validate.ts";

/** Settings of the trend. */
export interface RollingTrendOptions {
  /** Number of values in the line fit, at least 3. Default 10. */
  window?: number;
  /** A line must explain more than this share of the variance to count as a trend. Default 0.6. */
  minRSquared?: number;
}

/** One entry per value of the series. */
export interface RollingTrend {
  /** 1 rising, −1 falling, 0 no trend or not defined. */
  trend: Int8Array;
  /** Share of variance explained by the line; NaN without a line, 0 for a flat window. */
  rSquared: Float64Array;
  /** Slope of the line per session; NaN without a line. */
  slope: Float64Array;
}

/**
 * Direction of the line through the `window` values before each value, if it explains enough of their variance.
 *
 * Entry i is fitted to values i − window … i − 1 on 0 … window − 1, so it never sees value i. As in the reference strategy, the
 * last two values have no trend either: trends are defined for i = window … n − 3.
 *
 * @param series The (scaled) spread, oldest first, finite; any length; a series shorter than a window has no trends.
 * @throws {RangeError} If a value is not finite, `window` is not an integer of at least 3, or `minRSquared` is not
 * within 0 … 1.
 *
 * @example
 * ```ts
 * import { rollingTrend } from "./rolling_trend.ts";
 * rollingTrend(Float64Array.from({ length: 14 }, (_, t) => t)).trend[10]; // 1
 * ```
 *
 * Verified: tests/golden/time_series_test.ts (the reference strategy's daily rows), tests/quant/rolling_trend_test.ts.
 * Cost: O(n · window).
 */
export function rollingTrend(series: Float64Array, options: RollingTrendOptions = {}): RollingTrend {
  const { window = 10, minRSquared = 0.6 } = options;
  requireInteger(window, "window", 3);
  if (!(minRSquared >= 0 && minRSquared <= 1)) {
    throw new RangeError(`minRSquared must lie within 0 … 1, got ${minRSquared}.`);
  }
  requireFinite(series, "series", 0);
  const n = series.length;
  const trend = new Int8Array(n);
  const rSquared = new Float64Array(n).fill(NaN);
  const slope = new Float64Array(n).fill(NaN);
  const middle = (window - 1) / 2;
  const sxx = window * (window * window - 1) / 12;
  for (let i = window; i <= n - 3; i++) {
    const values = series.subarray(i - window, i);
    const centre = mean(values);
    let sxy = 0;
    let syy = 0;
    for (let j = 0; j < window; j++) {
      const deviation = values[j]! - centre;
      sxy += (j - middle) * deviation;
      syy += deviation * deviation;
    }
    slope[i] = sxy / sxx;
    rSquared[i] = syy === 0 ? 0 : Math.min(1, sxy / sxx * (sxy / syy));
    if (rSquared[i]! > minRSquared) trend[i] = Math.sign(sxy);
  }
  return { trend, rSquared, slope };
}

/** Settings of the forecast. */
export interface RollingTrendForecastOptions {
  /** Number of observations of each line, at least 3. Default 10. */
  window?: number;
  /**
   * Forecast at x = `window` days after the window's first date, as the reference service does. For a window of more than
   * `window` calendar days this date is inside the window, so that the trend often has the wrong sign. Default false.
   */
  compat?: boolean;
}

/** The line through one window with its forecast. */
export interface TrendForecast {
  /** Index of the window's last observation. */
  index: number;
  /** Direction of the forecast from the last spread. */
  trend: "positive" | "negative" | "flat";
  /** Share of the window's variance that the line explains; 0 for a flat window. */
  rSquared: number;
  /** Slope of the line a calendar day. */
  slope: number;
  /** Value of the line on the window's first date. */
  intercept: number;
  /** Days from the window's first date to the forecast. */
  forecastDay: number;
  /** Value of the line on that day. */
  forecast: number;
}

const DAY_MS = 86_400_000;

/**
 * Line through each window of a spread over calendar days, and its forecast for the day after the window's last date.
 *
 * `trend` compares the forecast with the last spread: `"flat"` if they are equal (with `compat`: `"negative"`, as in the
 * reference service). A window of n observations yields one entry, for the observation that ends it; fewer observations than
 * `window` yield none.
 *
 * @param dates ISO dates (`2024-01-31`) or day numbers, ascending, aligned with `spread`.
 * @param spread The spread, oldest first, finite.
 * @throws {RangeError} If lengths differ, a value is not finite, a date is invalid or before the previous one, `window` is not an
 * integer of at least 3, or all dates of a window are the same.
 *
 * @example
 * ```ts
 * import { rollingTrendForecast } from "./rolling_trend.ts";
 * const days = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11];
 * rollingTrendForecast(days, Float64Array.from(days, (day) => 2 * day))[0]!.forecast; // 24
 * ```
 *
 * Verified: tests/golden/time_series_test.ts (`compat`), tests/quant/rolling_trend_test.ts. Cost: O(n · window).
 */
export function rollingTrendForecast(
  dates: readonly string[] | ArrayLike<number>,
  spread: Float64Array,
  options: RollingTrendForecastOptions = {},
): TrendForecast[] {
  const { window = 10, compat = false } = options;
  requireInteger(window, "window", 3);
  requireSameLength(dates, spread, "dates and spread");
  requireFinite(spread, "spread", 0);
  const days = dayNumbers(dates);
  const forecasts: TrendForecast[] = [];
  for (let index = window - 1; index < spread.length; index++) {
    const start = index - window + 1;
    const since = days.slice(start, index + 1).map((day) => day - days[start]!);
    const last = since[window - 1]!;
    if (last === 0) {
      throw new RangeError(`All ${window} dates up to observation ${index} are the same: no line has a slope.`);
    }
    const line = linearRegression(since, spread.subarray(start, index + 1));
    const forecastDay = compat ? window : last + 1;
    const forecast = line.intercept + line.slope * forecastDay;
    const change = forecast - spread[index]!;
    const trend = change > 0 ? "positive" : change < 0 || compat ? "negative" : "flat";
    forecasts.push({ index, trend, ...line, forecastDay, forecast });
  }
  return forecasts;
}

function dayNumbers(dates: readonly string[] | ArrayLike<number>): Float64Array {
  const days = Float64Array.from(dates as ArrayLike<string | number>, (date, i) => {
    // Midnight UTC of a plain date; fractions of a day are ignored.
    const day = typeof date === "number" ? date : Math.floor(Date.parse(date) / DAY_MS);
    if (!Number.isFinite(day)) {
      throw new RangeError(`Date ${i} cannot be read: ${date}. Write it as 2024-01-31 or as a day number.`);
    }
    return day;
  });
  for (let i = 1; i < days.length; i++) {
    if (days[i]! < days[i - 1]!) {
      throw new RangeError(`Dates must ascend, but date ${i} comes before the one ahead of it.`);
    }
  }
  return days;
}
