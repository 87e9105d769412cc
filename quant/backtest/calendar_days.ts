const MS_PER_DAY = 86_400_000;

/**
 * The number of a session's date, counted in days, so that differences are calendar days.
 *
 * @param session An ISO date, `YYYY-MM-DD`; a time after it is ignored.
 * @throws {RangeError} If it is not a date.
 *
 * @example
 * ```ts
 * import { dayNumber } from "./calendar_days.ts";
 *
 * console.assert(dayNumber("2023-01-03") - dayNumber("2022-12-30") === 4);
 * ```
 */
export function dayNumber(session: string): number {
  const day = Date.parse(`${session.slice(0, 10)}T00:00:00Z`) / MS_PER_DAY;
  if (Number.isNaN(day)) throw new RangeError(`The session "${session}" is not a date: give it as YYYY-MM-DD.`);
  return day;
}

/**
 * The numbers of all sessions' dates, which must ascend.
 *
 * @throws {RangeError} If one is not a date or not later than the one before it.
 */
export function dayNumbers(sessions: readonly string[]): Float64Array {
  const days = Float64Array.from(sessions, dayNumber);
  for (let t = 1; t < days.length; t++) {
    if (days[t]! <= days[t - 1]!) {
      throw new RangeError(
        `The session ${sessions[t]} follows ${sessions[t - 1]}: give sessions oldest first, each of them once.`,
      );
    }
  }
  return days;
}
