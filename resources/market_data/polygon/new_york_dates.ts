const NEW_YORK = "America/New_York";

/**
 * Makes a function from Unix milliseconds to the date in New York. It caches the last time, since a session's rows share it and
 * the time zone conversion costs more than the rest of a row.
 */
export function newYorkDates(): (ms: number) => string {
  let lastMs = NaN;
  let lastDate = "";
  return (ms) => {
    if (ms !== lastMs) {
      lastMs = ms;
      lastDate = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(NEW_YORK).toPlainDate().toString();
    }
    return lastDate;
  };
}

/**
 * The New York date of a timestamp that means a day. Midnight UTC means the day itself: it is how dates without a time are
 * written, and would be the previous evening in New York.
 *
 * @returns `null` for a text that is neither timestamp nor date.
 */
export function newYorkDateOf(text: string): string | null {
  const plain = /^(\d{4}-\d\d-\d\d)(?:T00:00:00(?:\.0+)?Z)?$/.exec(text)?.[1];
  try {
    if (plain !== undefined) return Temporal.PlainDate.from(plain).toString();
    return Temporal.Instant.from(text).toZonedDateTimeISO(NEW_YORK).toPlainDate().toString();
  } catch {
    return null;
  }
}
