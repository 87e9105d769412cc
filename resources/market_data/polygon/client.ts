import type { MarketVendor, VendorHoliday, VendorOptions } from "../market_vendor.ts";
import { sessionBars, tickerBars } from "./bars.ts";
import { dividends, splits } from "./corporate_actions.ts";
import { news } from "./news.ts";
import { tickerDetails } from "./ticker_details.ts";
import { tickers } from "./tickers.ts";
import { type Transport, transport, type TransportOptions } from "./transport.ts";
import { z } from "zod";
import { isoDate, text, textOrNull } from "./envelope.ts";

/** A bare array: this endpoint has no envelope. */
const Holidays = z.array(z.object({
  exchange: text,
  name: text,
  date: isoDate,
  status: z.enum(["closed", "early-close"]),
  open: textOrNull,
  close: textOrNull,
}));

/** See {@link MarketVendor.upcomingHolidays}. */
async function upcomingHolidays(transport: Transport, options: VendorOptions): Promise<VendorHoliday[]> {
  const rows = await transport.send({ path: "/v1/marketstatus/upcoming", schema: Holidays }, options);
  return (rows ?? []).map((row): VendorHoliday => ({
    exchange: row.exchange,
    name: row.name,
    date: row.date,
    kind: row.status,
    opensAt: row.open,
    closesAt: row.close,
  })).sort((a, b) => a.date === b.date ? (a.exchange < b.exchange ? -1 : 1) : a.date < b.date ? -1 : 1);
}

export type PolygonOptions = TransportOptions;

/**
 * The vendor Polygon, renamed Massive, over HTTP: `https://api.massive.com`.
 *
 * Bars are unadjusted, so that a split does not restate earlier data. The key is sent only in the `Authorization` header of calls
 * to `baseUrl`: it is not in URLs, errors, log lines or the printed form of the client.
 *
 * @throws {RangeError} If the key is empty or not of visible ASCII, or `baseUrl` is not an HTTP URL.
 *
 * Source: https://polygon.io/docs/rest/stocks. Verified: tests/resources/market_data/polygon/, against a double over HTTP.
 */
export function polygonVendor(options: PolygonOptions): MarketVendor {
  const { apiKey, baseUrl, rateLimit } = options;
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new RangeError("The vendor's key (not shown) is empty or has other characters than visible ASCII.");
  }
  if (!/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? "")) {
    throw new RangeError(
      `${JSON.stringify(baseUrl)} is not the address of a vendor: it should look like https://api.massive.com.`,
    );
  }
  const calls = transport(options);
  return {
    name: "polygon",
    callsPerMinute: rateLimit.perMinute,
    nextCallInMs: () => rateLimit.delayNowMs(),
    tickers: (query = {}) => tickers(calls, query),
    tickerDetails: (ticker, options = {}) => tickerDetails(calls, ticker, options),
    news: (query) => news(calls, query),
    sessionBars: (session, options = {}) => sessionBars(calls, session, options),
    tickerBars: (ticker, range) => tickerBars(calls, ticker, range),
    splits: (query) => splits(calls, query),
    dividends: (query) => dividends(calls, query),
    upcomingHolidays: (options = {}) => upcomingHolidays(calls, options),
  };
}
