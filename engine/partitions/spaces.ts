import type { Clock } from "../../resources/clock.ts";
import type { Wanted } from "./definition.ts";

/** Calendar functions that partitions depend on. */
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
 * Calendar days from `from` to the last one that has ended at the clock's time in `timeZone`.
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
 * The sessions that end a period; an unfinished period has none.
 *
 * @param known Sessions with data, ascending; `after` of them must lie before the first as-of date, itself included.
 * @param options.calendar Decides whether the period of the last session continues; if it cannot, the period counts as unfinished.
 */
export function asOfSessions(
  known: readonly string[],
  { calendar, every, after }: {
    calendar: { nextSession(date: string): string | null };
    every: Cadence;
    after: number;
  },
): string[] {
  const last = known.length - 1;
  return known.filter((session, i) => {
    if (i < after - 1) return false;
    if (every === "session") return true;
    const next = i < last ? known[i + 1]! : calendar.nextSession(session);
    return next !== null && periodOf(session, every) !== periodOf(next, every);
  });
}

const DAY_MS = 86_400_000;

/** The month, or the number of the week, Monday to Sunday. */
function periodOf(session: string, every: "week" | "month"): string | number {
  // 1970-01-01 was a Thursday.
  return every === "month" ? session.slice(0, 7) : Math.floor((Date.parse(session) / DAY_MS + 3) / 7);
}
