import { createHash } from "node:crypto";
import { nyse } from "./nyse.ts";

/** The possible sessions of a source of daily bars. Dates are `YYYY-MM-DD`. */
export interface SourceCalendar {
  /** Its name in the setting `CALENDAR`. */
  readonly name: string;
  /** Changes when its sessions do. */
  readonly version: string;
  /** IANA name of the time zone in which a date begins. */
  readonly timeZone: string;
  /**
   * Why a date cannot be a session, as the predicate of a sentence about a bar: "is dated on a Saturday". `undefined` for a
   * possible session.
   */
  faultOf(date: string): string | undefined;
  /** The first session after `date`; `null` if the calendar does not have it. */
  nextSession(date: string): string | null;
  /** All sessions from `from` to `to`, both included, ascending, within the calendar's years; `null` for a calendar without holidays. */
  sessionsBetween(from: string, to: string): string[] | null;
}

/** The time zone in which a date starts first: a date that is in the future there is so everywhere. */
const EARLIEST_ZONE = "Pacific/Kiritimati";
const DAY_MS = 86_400_000;

/** From then on the exchange was closed on Saturdays; it always was on Sundays. */
const FREE_SATURDAYS_FROM = "1952-09-29";

/** The sessions of the New York Stock Exchange. Before the years of its calendar, only weekends are known not to be sessions. */
export const xnys: SourceCalendar = {
  name: "XNYS",
  version: "XNYS",
  timeZone: nyse.timeZone,
  faultOf(date) {
    if (date < nyse.firstDate) return date < FREE_SATURDAYS_FROM ? sundayFault(date) : weekendFault(date);
    if (date > nyse.lastDate || nyse.isSession(date)) return undefined;
    return weekendFault(date) ?? "is dated on a holiday of XNYS";
  },
  nextSession(date) {
    // The calendar ends with a session, and has none after it.
    if (date < nyse.firstDate) return nextWeekday(date);
    return date < nyse.lastDate ? nyse.nextSession(date) : null;
  },
  sessionsBetween(from, to) {
    const [first, last] = [from > nyse.firstDate ? from : nyse.firstDate, to < nyse.lastDate ? to : nyse.lastDate];
    return first <= last ? nyse.sessionsBetween(first, last) : [];
  },
};

/** Monday to Friday, for exchanges with unknown holidays. */
export const weekdays: SourceCalendar = {
  name: "weekdays",
  version: "weekdays",
  timeZone: EARLIEST_ZONE,
  faultOf: weekendFault,
  nextSession: nextWeekday,
  sessionsBetween: () => null,
};

/** Every day, for markets that never close. */
export const everyDay: SourceCalendar = {
  name: "24/7",
  version: "24/7",
  timeZone: EARLIEST_ZONE,
  faultOf: () => undefined,
  nextSession: (date) => daysAfter(date, 1),
  sessionsBetween(from, to) {
    const days = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
    return Array.from({ length: Math.max(0, days) }, (_, i) => daysAfter(from, i));
  },
};

/** No calendar: every date can be a session. */
export const anyDate: SourceCalendar = {
  name: "none",
  version: "none",
  timeZone: EARLIEST_ZONE,
  faultOf: () => undefined,
  nextSession: () => null,
  sessionsBetween: () => null,
};

const named = new Map([xnys, weekdays, everyDay, anyDate].map((calendar) => [calendar.name, calendar]));

/**
 * The calendar of a setting: `XNYS`, `weekdays`, `24/7`, `none`, or `sessions:PATH` with a text file of dates, one per line.
 *
 * @throws {RangeError} For another setting, and for an unreadable or invalid file, with path and line.
 */
export async function calendarFrom(setting: string): Promise<SourceCalendar> {
  const known = named.get(setting);
  if (known) return known;
  const path = /^sessions:(.+)$/s.exec(setting)?.[1];
  if (path === undefined) {
    throw new RangeError(
      `${JSON.stringify(setting)} is not a calendar. Allowed are ${[...named.keys()].join(", ")} and sessions:PATH.`,
    );
  }
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new RangeError(`${path} cannot be read: ${error instanceof Error ? error.message : error}.`, {
      cause: error,
    });
  }
  return listedSessions(path, text);
}

/** The sessions listed in a file. Dates before the first and after the last are no sessions. */
function listedSessions(path: string, text: string): SourceCalendar {
  const dates = new Set<string>();
  for (const [i, line] of text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).entries()) {
    const date = line.trim();
    if (date === "" || date.startsWith("#")) continue;
    if (!isDate(date)) {
      throw new RangeError(
        `${path}, line ${i + 1}: ${JSON.stringify(date)} is not a date. Write one session a line, as 2026-11-27.`,
      );
    }
    dates.add(date);
  }
  const sessions = [...dates].sort();
  const [first, last] = [sessions[0], sessions.at(-1)];
  if (first === undefined || last === undefined) {
    throw new RangeError(`${path} lists no session. Write one a line, as 2026-11-27.`);
  }
  return {
    name: `sessions:${path}`,
    // Includes the content, because the path alone would not change with the sessions.
    version: `sessions:${path} ${createHash("sha256").update(sessions.join()).digest("hex").slice(0, 16)}`,
    timeZone: EARLIEST_ZONE,
    faultOf(date) {
      if (dates.has(date)) return undefined;
      if (date < first || date > last) return `is dated outside ${path}, which lists ${first} to ${last}`;
      return `is dated on no session of ${path}`;
    },
    nextSession: (date) => sessions.find((session) => session > date) ?? null,
    sessionsBetween: (from, to) => sessions.filter((session) => session >= from && session <= to),
  };
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && daysAfter(text, 0) === text;
}

function weekendFault(date: string): string | undefined {
  const weekday = new Date(date).getUTCDay();
  return weekday === 6 ? "is dated on a Saturday" : sundayFault(date);
}

function sundayFault(date: string): string | undefined {
  return new Date(date).getUTCDay() === 0 ? "is dated on a Sunday" : undefined;
}

function nextWeekday(date: string): string {
  let next = daysAfter(date, 1);
  while (weekendFault(next) !== undefined) next = daysAfter(next, 1);
  return next;
}

function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}
