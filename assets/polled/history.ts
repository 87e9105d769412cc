import type { Clock } from "../../resources/clock.ts";
import { nyse } from "../../resources/exchange_calendar/mod.ts";
import type { VendorResources } from "./vendor_resources.ts";

/** Number of sessions in which a vendor may still correct a bar or an event: they are read again after each close. */
const RESTATED_SESSIONS = 5;
const DEFAULT_HISTORY_YEARS = 2;

type Of<Needed extends keyof VendorResources> = { resources: Pick<VendorResources, Needed>; clock: Clock };

/** The newest session with bars at the vendor. */
export function newestSession({ resources, clock }: Of<"barsAfterCloseMinutes">): string {
  return nyse.lastClosedSession(clock.now().subtract({ minutes: resources.barsAfterCloseMinutes }));
}

/** The first session of the wanted history. */
export function firstSession({ resources }: { resources: Pick<VendorResources, "historyFrom"> }): string {
  return sessionFrom(resources.historyFrom);
}

/** Default first date of history: two years before the first use of the database, so that it stays constant. */
export function defaultHistoryFrom(firstUsedAt: Temporal.Instant): string {
  const date = firstUsedAt.toZonedDateTimeISO(nyse.timeZone).toPlainDate();
  return date.subtract({ years: DEFAULT_HISTORY_YEARS }).toString();
}

/** The first session on or after a date, in which events of that date take effect. */
export function sessionFrom(date: string): string {
  return nyse.isSession(date) ? date : nyse.nextSession(date);
}

/** Whether the calendar of the exchange includes a date: events of other dates have no session. */
export function isKnownDate(date: string): boolean {
  return date >= nyse.firstDate && date.slice(0, 4) < nyse.lastDate.slice(0, 4);
}

/**
 * Rows read for `date` are final once the returned session is the newest: corrections arrive within some sessions, and
 * announcements may change until their date.
 *
 * @param restated Number of sessions in which corrections arrive.
 */
export function settledFrom(date: string, newest: string, restated = RESTATED_SESSIONS): string {
  let settled = date;
  for (let i = 0; i < restated && settled < newest; i++) settled = nyse.nextSession(settled);
  return settled < newest ? settled : newest;
}
