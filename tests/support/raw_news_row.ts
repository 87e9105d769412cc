import type { z } from "zod";
import type { RawNews } from "../../assets/news/raw_news.ts";

type Row = z.output<typeof RawNews>;

/** A row of `raw_news`. */
export function rawNewsRow(id: string, ticker: string, publishedAt: string, more: Partial<Row> = {}): Row {
  return {
    day: publishedAt.slice(0, 10),
    id,
    ticker,
    title: `News ${id}`,
    publisher: "The Wire",
    publisher_url: null,
    author: null,
    description: null,
    published_at: publishedAt,
    article_url: `https://wire.example/${id}`,
    image_url: null,
    ...more,
  };
}
