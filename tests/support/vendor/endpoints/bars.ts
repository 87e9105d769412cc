import { nyse } from "../../../../resources/exchange_calendar/mod.ts";
import type { MarketBar, VendorMarket } from "../market.ts";
import { date, type EndpointAnswer, type EndpointRequest, page, Query, Refusal } from "../query.ts";

/** `/v2/aggs/grouped/locale/us/market/stocks/{date}` */
export function groupedBars(market: VendorMarket, request: EndpointRequest): EndpointAnswer {
  const query = new Query(request.query, ["adjusted", "include_otc"]);
  query.flag("include_otc", false);
  const session = entitled(market, date(request.path.date!));
  const adjusted = query.flag("adjusted", true);
  const rows = market.sessionBars(session, { adjusted }).map((bar) => ({ T: bar.ticker, ...letters(bar, "16:00") }));
  return { body: { adjusted, queryCount: rows.length, resultsCount: rows.length, ...some(rows) } };
}

/** `/v2/aggs/ticker/{ticker}/range/1/day/{from}/{to}` */
export function tickerBars(market: VendorMarket, request: EndpointRequest): EndpointAnswer {
  const query = new Query(request.query, ["adjusted", "sort", "limit"]);
  if (request.path.multiplier !== "1" || request.path.timespan !== "day") {
    throw new Refusal(400, "The double has bars of 1 day only.");
  }
  const { ticker } = request.path;
  const [from, to] = [date(request.path.from!), date(request.path.to!)];
  if (from > to) throw new Refusal(400, "'to' must not be before 'from'.");
  entitled(market, from);
  entitled(market, to);
  const adjusted = query.flag("adjusted", true);
  const limit = query.whole("limit", 5000, 50_000);
  const all = market.tickerBars(ticker!, from, to, { adjusted });
  if (query.choice("sort", ["asc", "desc"], "asc") === "desc") all.reverse();
  const { rows, cursor } = page(all, request, limit);
  const results = rows.map((bar) => letters(bar, "00:00"));
  return {
    body: {
      ticker,
      adjusted,
      queryCount: rows.length,
      resultsCount: rows.length,
      count: rows.length,
      ...some(results),
    },
    cursor,
  };
}

/** `/v2/aggs/ticker/{ticker}/prev`: the last closed session. */
export function previousBar(market: VendorMarket, request: EndpointRequest): EndpointAnswer {
  const query = new Query(request.query, ["adjusted"]);
  const { ticker } = request.path;
  const adjusted = query.flag("adjusted", true);
  const session = nyse.lastClosedSession(market.now);
  const rows = market.tickerBars(ticker!, session, session, { adjusted })
    .map((bar) => ({ T: bar.ticker, ...letters(bar, "16:00") }));
  return {
    body: { ticker, adjusted, queryCount: rows.length, resultsCount: rows.length, count: rows.length, ...some(rows) },
  };
}

/** The vendor omits the key if there are no results. */
function some(results: readonly unknown[]): { results?: readonly unknown[] } {
  return results.length > 0 ? { results } : {};
}

/** Without the ticker; `t` is the session at `time` in New York, also if it closed early. */
function letters({ ticker: _ticker, session, ...candle }: MarketBar, time: string): Record<string, unknown> {
  return { ...candle, t: newYorkMs(session, time) };
}

const times = new Map<string, number>();

/** Cached, because a time zone conversion costs more than the rest of a row. */
function newYorkMs(session: string, time: string): number {
  const text = `${session}T${time}`;
  const known = times.get(text);
  if (known !== undefined) return known;
  const ms = Temporal.PlainDateTime.from(text).toZonedDateTime("America/New_York").epochMilliseconds;
  times.set(text, ms);
  return ms;
}

/** @throws {Refusal} For dates outside the plan: too far back, in the future, and today before the close. */
export function entitled(market: VendorMarket, day: string): string {
  if (market.entitledFrom !== null && day < market.entitledFrom) throw new Refusal(403, TIMEFRAME);
  if (day > market.today) throw new Refusal(403, TIMEFRAME);
  if (day === market.today && nyse.isSession(day) && nyse.lastClosedSession(market.now) !== day) {
    throw new Refusal(
      403,
      "Attempted to request today's data before end of day. Please upgrade your plan at https://polygon.io/pricing",
    );
  }
  return day;
}

export const TIMEFRAME =
  "Your plan doesn't include this data timeframe. Please upgrade your plan at https://polygon.io/pricing";
