const NEW_YORK = "America/New_York";
/** No session is over later than this; the usual stamps are midnight and 16:00. */
const LATEST_HOUR = 17;

/** The date YYYYMMDD as `YYYY-MM-DD`, or `null` where the calendar has no such day. */
export function dateText(number: number): string | null {
  const year = Math.floor(number / 10_000);
  const month = Math.floor(number / 100) % 100;
  const day = number % 100;
  const time = new Date(Date.UTC(year, month - 1, day));
  const exists = time.getUTCFullYear() === year && time.getUTCMonth() === month - 1 && time.getUTCDate() === day;
  return exists ? time.toISOString().slice(0, 10) : null;
}

/**
 * The session a timestamp stands for: a plain date, midnight without an offset, or an instant, which counts as its date in
 * New York.
 *
 * @throws {RangeError} Saying what is wrong with it, to follow the quoted text. Midnight UTC is refused: in New York it
 *   belongs to the day before, and whoever wrote it meant the day itself.
 */
export function sessionOfTimestamp(text: string): string {
  const midnight = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]00:00(?::00(?:\.0+)?)?)?$/.exec(text);
  if (midnight) {
    const date = dateText(Number(midnight[1]! + midnight[2]! + midnight[3]!));
    if (date === null) throw new RangeError("is no day of the calendar");
    return date;
  }
  let local: Temporal.ZonedDateTime;
  try {
    local = Temporal.Instant.from(text).toZonedDateTimeISO(NEW_YORK);
  } catch {
    throw new RangeError("is not a timestamp");
  }
  if (local.hour > LATEST_HOUR) {
    throw new RangeError(
      `is ${local.toPlainTime().toString().slice(0, 5)} of ${local.toPlainDate()} in New York, after its close`,
    );
  }
  return local.toPlainDate().toString();
}
