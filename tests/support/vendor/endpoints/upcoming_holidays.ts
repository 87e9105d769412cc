import { nyse } from "../../../../resources/exchange_calendar/mod.ts";
import type { VendorMarket } from "../market.ts";
import { type EndpointAnswer, type EndpointRequest, Query } from "../query.ts";

const DAYS_AHEAD = 365;

/** `/v1/marketstatus/upcoming`: a bare array, no status. */
export function upcomingHolidays(market: VendorMarket, request: EndpointRequest): EndpointAnswer {
  new Query(request.query, []);
  const rows: Record<string, string>[] = [];
  const today = Temporal.PlainDate.from(market.today);
  for (let ahead = 1; ahead <= DAYS_AHEAD; ahead++) {
    const day = today.add({ days: ahead });
    const date = day.toString();
    const open = nyse.isSession(date);
    if (open ? !nyse.closesEarly(date) : day.dayOfWeek > 5) continue;
    for (const exchange of ["NYSE", "NASDAQ"]) {
      const opens = Temporal.PlainDateTime.from(`${date}T09:30`).toZonedDateTime(nyse.timeZone).toInstant();
      rows.push({
        exchange,
        name: open ? "Early close" : "Holiday",
        date,
        status: open ? "early-close" : "closed",
        ...(open ? { open: utc(opens), close: utc(nyse.closeOf(date)) } : {}),
      });
    }
  }
  return { body: rows };
}

function utc(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: "millisecond" });
}
