import type { ExchangeCalendar } from "../../resources/exchange_calendar/exchange_calendar.ts";
import { DefinitionError } from "../errors.ts";
import { type Check, check, type NamedCheckOptions, sampleSize } from "../declare/check.ts";
import { median } from "./median.ts";
import { type SeriesColumns, type SeriesOrder, seriesOrder } from "./series_order.ts";

/** Settings of {@link noGaps}. */
export interface NoGapsOptions<Column extends string> extends NamedCheckOptions, SeriesColumns<Column> {
  /** Expected sessions. Without it, those in which any series of the table has a row. */
  calendar?: Pick<ExchangeCalendar, "sessionsBetween">;
}

/**
 * No series misses a session between its first and its last. Rows on days that are no session of the calendar are ignored.
 *
 * A failing row is a gap: the sessions on both sides of it and the number missing between.
 * Cost: O(n), about 30 ms for half a million rows in key order.
 */
export function noGaps<const Column extends string>(options: NoGapsOptions<Column>): Check<Record<Column, unknown>> {
  const { series, date, calendar, name = "no_gaps" } = options;
  return check(
    name,
    `No ${series} misses a session between its first and its last.`,
    (rows) => {
      const order = seriesOrder(rows, options);
      const { dates, row, seriesAt, dateAt } = order;
      const session = sessionNumbers(dates, calendar);
      const failingRows: object[] = [];
      const holed = new Set<number>();
      let gaps = 0;
      let missing = 0;
      let outside = 0;
      // Position of the last row of the series that was in a session.
      let before = -1;
      for (let i = 0; i < row.length; i++) {
        if (i > 0 && seriesAt[i] !== seriesAt[i - 1]) before = -1;
        const at = session[dateAt[i]!]!;
        if (at < 0) {
          outside++;
          continue;
        }
        const between = before < 0 ? 0 : at - session[dateAt[before]!]! - 1;
        if (between > 0) {
          gaps++;
          missing += between;
          holed.add(seriesAt[i]!);
          if (failingRows.length < sampleSize) {
            failingRows.push({
              [series]: order.series[seriesAt[i]!],
              [`last_${date}_before`]: dates[dateAt[before]!],
              [`first_${date}_after`]: dates[dateAt[i]!],
              missing: between,
            });
          }
        }
        before = i;
      }
      const strays = outside > 0 ? `; ${outside} rows are on days that are no session` : "";
      return {
        passed: gaps === 0,
        message: gaps === 0
          ? `${order.series.length} series without a gap${strays}`
          : `${gaps} ${
            gaps === 1 ? "gap" : "gaps"
          } of ${missing} sessions in all, in ${holed.size} of ${order.series.length} series${strays}`,
        failingRows,
      };
    },
    { ...options, columns: [series, date] },
  );
}

/** Index of each date among the sessions, ascending; −1 for a date that is no session. */
function sessionNumbers(dates: readonly string[], calendar: NoGapsOptions<string>["calendar"]): Int32Array {
  if (!calendar || dates.length === 0) return Int32Array.from(dates, (_, i) => i);
  const numbers = new Map(calendar.sessionsBetween(dates[0]!, dates.at(-1)!).map((session, i) => [session, i]));
  return Int32Array.from(dates, (date) => numbers.get(date) ?? -1);
}

/** Settings of {@link sessionComplete}. */
export interface SessionCompleteOptions<Column extends string> extends NamedCheckOptions, SeriesColumns<Column> {
  /** Minimum share of the usual number of series in the newest session, above 0 and up to 1. Default 0.9. */
  share?: number;
  /** Number of earlier sessions whose median is the usual number. Default 5. */
  over?: number;
}

/**
 * The newest session has at least a share of the series of the sessions before it: a session published before all of its rows have
 * arrived looks like many delistings.
 *
 * A failing row is a series of the previous session that the newest one lacks.
 * @throws {DefinitionError} If `share` is not above 0 and at most 1, or `over` is not a positive integer.
 */
export function sessionComplete<const Column extends string>(
  options: SessionCompleteOptions<Column>,
): Check<Record<Column, unknown>> {
  const { series, date, share = 0.9, over = 5, name = "session_complete" } = options;
  if (!(share > 0 && share <= 1) || !Number.isInteger(over) || over < 1) {
    throw new DefinitionError(
      `sessionComplete() wants a share of ${share} over ${over} sessions; the share is above 0 and at most 1, the sessions are a whole number from 1.`,
    );
  }
  return check(
    name,
    `The newest session has at least ${share * 100} % of the series of the ${over} sessions before it.`,
    (rows) => {
      const order = seriesOrder(rows, options);
      const last = order.dates.length - 1;
      if (last < 1) return { passed: true, message: `${last + 1} sessions: nothing to compare with` };
      const counts = seriesByDate(order);
      const usual = median(Array.from(counts.subarray(Math.max(0, last - over), last)));
      const passed = counts[last]! >= share * usual;
      const message = `${counts[last]} series in ${order.dates[last]}, ${usual} in the sessions before`;
      return { passed, message, failingRows: passed ? [] : lacking(order, { series, date }) };
    },
    { ...options, columns: [series, date] },
  );
}

function seriesByDate({ dates, row, seriesAt, dateAt }: SeriesOrder): Uint32Array {
  const counts = new Uint32Array(dates.length);
  for (let i = 0; i < row.length; i++) {
    // A series with two rows on a date counts once.
    if (i === 0 || seriesAt[i] !== seriesAt[i - 1] || dateAt[i] !== dateAt[i - 1]) counts[dateAt[i]!]!++;
  }
  return counts;
}

/** Series that end with the session before the newest one. */
function lacking(order: SeriesOrder, { series, date }: SeriesColumns<string>): object[] {
  const { seriesAt, dateAt, dates } = order;
  const found: object[] = [];
  for (let i = 0; i < seriesAt.length && found.length < sampleSize; i++) {
    if (seriesAt[i] === seriesAt[i + 1] || dateAt[i] !== dates.length - 2) continue;
    found.push({ [series]: order.series[seriesAt[i]!], [`last_${date}`]: dates[dateAt[i]!] });
  }
  return found;
}
