import type { Clock } from "../../resources/clock.ts";
import { nyse } from "../../resources/exchange_calendar/mod.ts";
import type { VendorResources } from "./vendor_resources.ts";

/** Sessions for which a vendor may still correct a bar or an event: they are read again with each session that closes. */
const RESTATED_SESSIONS = 5;
const DEFAULT_HISTORY_YEARS = 2;

type Of<Needed extends keyof VendorResources> = { resources: Pick<VendorResources, Needed>; clock: Clock };

/** The newest session whose bars the vendor has. */
export function newestSession({ resources, clock }: Of<"barsAfterCloseMinutes">): string {
  return nyse.lastClosedSession(clock.now().subtract({ minutes: resources.barsAfterCloseMinutes }));
}

/** The first session of the history that is wanted. */
export function firstSession({ resources }: { resources: Pick<VendorResources, "historyFrom"> }): string {
  return sessionFrom(resources.historyFrom);
}

/** First date of the history where none is configured: two years before the database was first used, so that it does not roll. */
export function defaultHistoryFrom(firstUsedAt: Temporal.Instant): string {
  const date = firstUsedAt.toZonedDateTimeISO(nyse.timeZone).toPlainDate();
  return date.subtract({ years: DEFAULT_HISTORY_YEARS }).toString();
}

/** The first session that is not before a date, on which what is said of that date takes effect. */
export function sessionFrom(date: string): string {
  return nyse.isSession(date) ? date : nyse.nextSession(date);
}

/** Whether the calendar of the exchange reaches to a date: what a source says of others has no session. */
export function isKnownDate(date: string): boolean {
  return date >= nyse.firstDate && date.slice(0, 4) < nyse.lastDate.slice(0, 4);
}

/**
 * From which newest session on what was read of `date` counts as read for good: corrections come within some sessions, and what
 * is only announced may change until its day.
 *
 * @param restated In how many sessions corrections come.
 */
export function settledFrom(date: string, newest: string, restated = RESTATED_SESSIONS): string {
  let settled = date;
  for (let i = 0; i < restated && settled < newest; i++) settled = nyse.nextSession(settled);
  return settled < newest ? settled : newest;
}
