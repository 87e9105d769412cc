import type { VendorMarket } from "../market.ts";
import { type EndpointAnswer, type EndpointRequest, instant, page, Query } from "../query.ts";

/** `/v2/reference/news`: newest first by default. */
export function news(market: VendorMarket, request: EndpointRequest): EndpointAnswer {
  const query = new Query(request.query, ["ticker", "published_utc*", "limit", "order", "sort"]);
  const limit = query.whole("limit", 10, 1000);
  query.choice("sort", ["published_utc"], "published_utc");
  const ticker = query.text("ticker");
  const published = query.passes("published_utc", instant);
  const found = market.news().filter((item) =>
    published(item.published_utc) && (ticker === undefined || item.tickers.includes(ticker))
  );
  if (query.choice("order", ["asc", "desc"], "desc") === "desc") found.reverse();
  const { rows: results, cursor } = page(found, request, limit);
  return { body: { results, count: results.length }, cursor };
}
