import { groupedBars, previousBar, tickerBars } from "./endpoints/bars.ts";
import { dividends, splits } from "./endpoints/corporate_actions.ts";
import { indicators } from "./endpoints/indicators.ts";
import { news } from "./endpoints/news.ts";
import { tickerDetails, tickers } from "./endpoints/reference.ts";
import { upcomingHolidays } from "./endpoints/upcoming_holidays.ts";
import type { VendorMarket } from "./market.ts";
import type { EndpointAnswer, EndpointRequest } from "./query.ts";

/** Names of the endpoints in calls and faults. */
export type EndpointName =
  | "tickers"
  | "ticker_details"
  | "news"
  | "grouped_bars"
  | "ticker_bars"
  | "previous_bar"
  | "splits"
  | "dividends"
  | "upcoming_holidays"
  | "indicators";

export interface Route {
  name: EndpointName;
  pattern: URLPattern;
  answer: (market: VendorMarket, request: EndpointRequest) => EndpointAnswer;
}

function route(name: EndpointName, pathname: string, answer: Route["answer"]): Route {
  return { name, pattern: new URLPattern({ pathname }), answer };
}

export const routes: readonly Route[] = [
  route("tickers", "/v3/reference/tickers", tickers),
  route("ticker_details", "/v3/reference/tickers/:ticker", tickerDetails),
  route("news", "/v2/reference/news", news),
  route("grouped_bars", "/v2/aggs/grouped/locale/us/market/stocks/:date", groupedBars),
  route("ticker_bars", "/v2/aggs/ticker/:ticker/range/:multiplier/:timespan/:from/:to", tickerBars),
  route("previous_bar", "/v2/aggs/ticker/:ticker/prev", previousBar),
  route("splits", "/stocks/v1/splits", splits),
  route("dividends", "/stocks/v1/dividends", dividends),
  route("upcoming_holidays", "/v1/marketstatus/upcoming", upcomingHolidays),
  route("indicators", "/v1/indicators/:kind/:ticker", indicators),
];
