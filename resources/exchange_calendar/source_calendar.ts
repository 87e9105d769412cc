import { nyse } from "./nyse.ts";

/** Which dates can be sessions of a source of daily bars. Dates are `YYYY-MM-DD`. */
export interface SourceCalendar {
  /** As the setting `CALENDAR` names it. */
  readonly name: string;
  /** IANA name of the time zone in which a date begins. */
  readonly timeZone: string;
  /** Why a date is no session, as it is said of a bar: "is dated on a Saturday". `undefined` for a date that can be one. */
  faultOf(date: string): string | undefined;
  /** The first session after `date`; `null` where the calendar does not tell. */
  nextSession(date: string): string | null;
}

/** Where a date begins first: one that has not begun there has begun nowhere. */
const EARLIEST_ZONE = "Pacific/Kiritimati";
const DAY_MS = 86_400_000;

/** The sessions of the New York Stock Exchange. Years that its calendar does not know are taken as they come. */
export const xnys: SourceCalendar = {
  name: "XNYS",
  timeZone: nyse.timeZone,
  faultOf(date) {
    if (date < nyse.firstDate || date > nyse.lastDate || nyse.isSession(date)) return undefined;
    return weekendFault(date) ?? "is dated on a holiday of XNYS";
  },
  nextSession(date) {
    // The calendar ends with a session, after which it knows none.
    if (date < nyse.firstDate) return nextWeekday(date);
    return date < nyse.lastDate ? nyse.nextSession(date) : null;
  },
};

/** Monday to Friday, for exchanges whose holidays are not known here. */
export const weekdays: SourceCalendar = {
  name: "weekdays",
  timeZone: EARLIEST_ZONE,
  faultOf: weekendFault,
  nextSession: nextWeekday,
};

/** Every day, for markets that never close. */
export const everyDay: SourceCalendar = {
  name: "24/7",
  timeZone: EARLIEST_ZONE,
  faultOf: () => undefined,
  nextSession: (date) => daysAfter(date, 1),
};

/** No calendar: dates are taken as they come. */
export const anyDate: SourceCalendar = {
  name: "none",
  timeZone: EARLIEST_ZONE,
  faultOf: () => undefined,
  nextSession: () => null,
};

const named = new Map([xnys, weekdays, everyDay, anyDate].map((calendar) => [calendar.name, calendar]));

/**
 * The calendar that a setting names: `XNYS`, `weekdays`, `24/7`, `none`, or `sessions:PATH` with a text file of dates, one a line.
 *
 * @throws {RangeError} For another setting, and for a file that cannot be read or holds something else, with path and line.
 */
export async function calendarFrom(setting: string): Promise<SourceCalendar> {
  const known = named.get(setting);
  if (known) return known;
  const path = /^sessions:(.+)$/s.exec(setting)?.[1];
  if (path === undefined) {
    throw new RangeError(
      `${JSON.stringify(setting)} names no calendar. Allowed are ${[...named.keys()].join(", ")} and sessions:PATH.`,
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

/** The sessions that a file lists. Dates outside its first and last are none. */
function listedSessions(path: string, text: string): SourceCalendar {
  const dates = new Set<string>();
  for (const [i, line] of text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).entries()) {
    const date = line.trim();
    if (date === "" || date.startsWith("#")) continue;
    if (!isDate(date)) {
      throw new RangeError(
        `${path}, line ${i + 1}: ${JSON.stringify(date)} is no date. Write one session a line, as 2026-11-27.`,
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
    timeZone: EARLIEST_ZONE,
    faultOf(date) {
      if (dates.has(date)) return undefined;
      if (date < first || date > last) return `is dated outside ${path}, which lists ${first} to ${last}`;
      return `is dated on no session of ${path}`;
    },
    nextSession: (date) => sessions.find((session) => session > date) ?? null,
  };
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && daysAfter(text, 0) === text;
}

function weekendFault(date: string): string | undefined {
  const weekday = new Date(date).getUTCDay();
  if (weekday === 6) return "is dated on a Saturday";
  if (weekday === 0) return "is dated on a Sunday";
}

function nextWeekday(date: string): string {
  let next = daysAfter(date, 1);
  while (weekendFault(next) !== undefined) next = daysAfter(next, 1);
  return next;
}

function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}
