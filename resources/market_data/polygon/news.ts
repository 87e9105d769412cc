import { z } from "zod";
import type { NewsQuery, VendorNews } from "../market_vendor.ts";
import { text, textOrNull } from "./envelope.ts";
import { allRows } from "./paging.ts";
import type { Transport } from "./transport.ts";

const News = z.object({
  id: text,
  publisher: z.object({ name: text, homepage_url: textOrNull }),
  title: text,
  author: textOrNull,
  description: textOrNull,
  published_utc: z.iso.datetime({ offset: true }),
  article_url: text,
  image_url: textOrNull,
  tickers: z.array(text),
  keywords: z.array(z.string()).nullish(),
});

/** See {@link MarketVendor.news}. */
export async function news(transport: Transport, query: NewsQuery): Promise<VendorNews[]> {
  const rows = await allRows(transport, {
    path: "/v2/reference/news",
    query: {
      ticker: query.ticker,
      "published_utc.gte": query.publishedFrom,
      "published_utc.lt": query.publishedUntil,
      sort: "published_utc",
      order: "asc",
      limit: 1000,
    },
    row: News,
    tickersIn: "tickers",
  }, query);
  const items = new Map<string, VendorNews>();
  for (const row of rows) {
    items.set(row.id, {
      id: row.id,
      title: row.title,
      author: row.author,
      description: row.description,
      publisher: row.publisher.name,
      publisherUrl: row.publisher.homepage_url,
      publishedAt: Temporal.Instant.from(row.published_utc).toString(),
      articleUrl: row.article_url,
      imageUrl: row.image_url,
      tickers: row.tickers,
      keywords: row.keywords ?? [],
    });
  }
  return [...items.values()].sort((a, b) =>
    Date.parse(a.publishedAt) - Date.parse(b.publishedAt) || (a.id < b.id ? -1 : 1)
  );
}
