/** Monday 1970-01-05, as days since 1970-01-01. */
const FIRST_MONDAY = 4;

/** The first day after `day` from Monday to Friday, as days since 1970-01-01. */
export function nextWeekday(day: number): number {
  const sinceMonday = (((day - FIRST_MONDAY) % 7) + 7) % 7;
  return day + (sinceMonday >= 4 ? 7 - sinceMonday : 1);
}

/** `count` consecutive weekdays, from Monday 1970-01-05. */
export function weekdays(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => FIRST_MONDAY + 7 * Math.floor(i / 5) + i % 5);
}
