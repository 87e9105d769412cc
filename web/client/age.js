/**
 * Formats the distance of a moment from now in one unit: `just now`, `12 s ago`, `3 min ago`, `in 5 h`.
 *
 * @param {number} ms Milliseconds since the moment; negative for the future.
 * @returns {string}
 */
export function relativeTime(ms) {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  if (seconds < 5) return ms < 0 ? "now" : "just now";
  const span = seconds < 60
    ? `${seconds} s`
    : seconds < 3600
    ? `${Math.floor(seconds / 60)} min`
    : seconds < 86_400
    ? `${Math.floor(seconds / 3600)} h`
    : `${Math.floor(seconds / 86_400)} d`;
  return ms < 0 ? `in ${span}` : `${span} ago`;
}

/** Formatters by time zone, cached because creating one is slow. @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/**
 * The time of day of a moment in a time zone: `18:30:05`.
 *
 * @param {string | number} at ISO 8601, or milliseconds since 1970.
 * @param {string} timeZone IANA name.
 * @returns {string}
 */
export function timeOfDay(at, timeZone) {
  let clock = clocks.get(timeZone);
  if (!clock) clocks.set(timeZone, clock = new Intl.DateTimeFormat("en-GB", { timeZone, timeStyle: "medium" }));
  return clock.format(new Date(at));
}
