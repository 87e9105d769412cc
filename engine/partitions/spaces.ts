import type { Clock } from "../../resources/clock.ts";
import type { Wanted } from "./partitions.ts";

/** What the partitions need to know of an exchange. */
export interface SessionCalendar {
  sessionsBetween(from: string, to: string): string[];
  nextSession(date: string): string;
  lastClosedSession(instant: Temporal.Instant): string;
}

/** A fixed list of names. */
export function staticPartitions(...names: string[]): () => Wanted {
  const sorted = [...new Set(names)].sort();
  return () => ({ names: sorted });
}

/**
 * Calendar days from `from` to the last one that is over at the clock's time in `timeZone`.
 *
 * @throws {RangeError} From the clock's library, if `from` is no date or `timeZone` no IANA name.
 */
export function daysUntilNow({ from, clock, timeZone }: { from: string; clock: Clock; timeZone: string }): string[] {
  const today = clock.now().toZonedDateTimeISO(timeZone).toPlainDate();
  const days: string[] = [];
  for (
    let day = Temporal.PlainDate.from(from);
    Temporal.PlainDate.compare(day, today) < 0;
    day = day.add({ days: 1 })
  ) {
    days.push(day.toString());
  }
  return days;
}

/** Trading sessions from `from` to the last one that had closed `delayMinutes` before the clock's time. */
export function sessionsUntilNow(
  { calendar, from, clock, delayMinutes = 0 }: {
    calendar: SessionCalendar;
    from: string;
    clock: Clock;
    delayMinutes?: number;
  },
): string[] {
  const last = calendar.lastClosedSession(clock.now().subtract({ minutes: delayMinutes }));
  return last < from ? [] : calendar.sessionsBetween(from, last);
}

/** Every session, or the last one of each week (Monday to Sunday) or month. */
export type Cadence = "session" | "week" | "month";

/**
 * Those of the calendar's sessions between the first and the last of `known` on which a period ends, so that a period which is not
 * over has none yet.
 *
 * @param known Dates for which there is data, ascending; `after` of them must lie before the first as-of date, itself included.
 */
export function asOfSessions(
  known: readonly string[],
  { calendar, every, after }: { calendar: SessionCalendar; every: Cadence; after: number },
): string[] {
  if (known.length < after) return [];
  const sessions = calendar.sessionsBetween(known[after - 1]!, known.at(-1)!);
  return every === "session"
    ? sessions
    : sessions.filter((session) => periodOf(session, every) !== periodOf(calendar.nextSession(session), every));
}

function periodOf(session: string, every: "week" | "month"): string {
  if (every === "month") return session.slice(0, 7);
  const date = Temporal.PlainDate.from(session);
  return `${date.yearOfWeek}-${date.weekOfYear}`;
}
