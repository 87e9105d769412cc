const NEW_YORK = "America/New_York";
/** No session ends later than this; the usual timestamps are midnight, 9:30 and 16:00. */
const LATEST_HOUR = 17;
/** In UTC the midnights of Athens, Helsinki and Cairo start here, a day ahead. */
const LATEST_HOUR_IN_UTC = 16;
const OPEN_MINUTE = 9 * 60 + 30;
const EARLY_CLOSE_MINUTE = 13 * 60;
const CLOSE_MINUTE = 16 * 60;

/** The date YYYYMMDD as `YYYY-MM-DD`; `null` if the calendar has no such day. */
export function dateText(number: number): string | null {
  const year = Math.floor(number / 10_000);
  const month = Math.floor(number / 100) % 100;
  const day = number % 100;
  const time = new Date(Date.UTC(year, month - 1, day));
  const exists = time.getUTCFullYear() === year && time.getUTCMonth() === month - 1 && time.getUTCDate() === day;
  return exists ? time.toISOString().slice(0, 10) : null;
}

/** A date, alone or with midnight, optionally with an offset and a zone. */
const MIDNIGHT =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ]00:00(?::00(?:[.,]0+)?)?(?: ?(?:Z|[+-]\d\d(?::?\d\d)?))?(?:\[[^\]]*\])*)?$/i;
const IN_UTC = /(?:Z|[+-]00(?::?00)?)(?:\[[^\]]*\])*$/i;

/**
 * The session of a timestamp: a plain date; midnight with or without an offset, which counts as the written date; or another
 * instant, which counts as its date in New York.
 *
 * @throws {RangeError} With the fault as the predicate after the quoted text. Rejected are an instant after New York's close, in
 * UTC one hour earlier, and an instant in UTC during New York's trading: it can be midnight in Tokyo, Hong Kong, Mumbai or
 * Helsinki, which belongs to the next day. Also rejected are an instant with another offset whose date in New York differs from
 * the written one, and a year without four digits.
 */
export function sessionOfTimestamp(text: string): string {
  const midnight = MIDNIGHT.exec(text);
  if (midnight) {
    const date = dateText(Number(midnight[1]! + midnight[2]! + midnight[3]!));
    if (date === null) throw new RangeError("is not a day of the calendar");
    return date;
  }
  let local: Temporal.ZonedDateTime;
  try {
    local = Temporal.Instant.from(text).toZonedDateTimeISO(NEW_YORK);
  } catch {
    throw new RangeError("is not a timestamp");
  }
  const localTime = `is ${local.toPlainTime().toString().slice(0, 5)} of ${local.toPlainDate()} in New York`;
  // Temporal also accepts years of six digits, and those before year 0.
  if (!/^\d{4}-/.test(text)) throw new RangeError("is not a timestamp");
  const isInUtc = IN_UTC.test(text);
  if (local.hour > (isInUtc ? LATEST_HOUR_IN_UTC : LATEST_HOUR)) throw new RangeError(`${localTime}, after its close`);
  if (!isInUtc && !text.startsWith(local.toPlainDate().toString())) {
    throw new RangeError(`${localTime}, which is another date than the written one`);
  }
  const minute = local.hour * 60 + local.minute;
  const whileTrading = minute > OPEN_MINUTE && minute < CLOSE_MINUTE && minute !== EARLY_CLOSE_MINUTE;
  if (whileTrading && isInUtc) {
    throw new RangeError(`${localTime}, during trading: it may be the midnight of another exchange in UTC`);
  }
  return local.toPlainDate().toString();
}
