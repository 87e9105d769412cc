const MS_PER_DAY = 86_400_000;

/**
 * Day number of a session's date: differences are calendar days.
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
  const plain = plainDayNumber(session);
  if (plain !== null) return plain;
  const day = Date.parse(`${session.slice(0, 10)}T00:00:00Z`) / MS_PER_DAY;
  if (Number.isNaN(day)) throw new RangeError(`The session "${session}" is not a date: give it as YYYY-MM-DD.`);
  return day;
}

const ZERO = 48;
const MINUS = 45;

/** Fast path for plain dates, without the cost of `Date.parse`; `null` for dates that need it. */
function plainDayNumber(session: string): number | null {
  if (session.length !== 10 || session.charCodeAt(4) !== MINUS || session.charCodeAt(7) !== MINUS) return null;
  let digits = 0;
  for (let i = 0; i < 10; i++) {
    if (i === 4 || i === 7) continue;
    const digit = session.charCodeAt(i) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return null;
    digits = 10 * digits + digit;
  }
  const [year, month, day] = [Math.floor(digits / 10_000), Math.floor(digits / 100) % 100, digits % 100];
  // Every month has at least 28 days, and Date.UTC maps years below 100 to the 20th century.
  if (year < 1000 || month < 1 || month > 12 || day < 1 || day > 28) return null;
  return Date.UTC(year, month - 1, day) / MS_PER_DAY;
}

/**
 * Day numbers of sessions, which must ascend.
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
