import { reads } from "../../engine/mod.ts";
import type { Clock } from "../../resources/clock.ts";
import { RejectedRows, rowsUsable } from "../market/rejected_rows.ts";
import { RawNews } from "../news/raw_news.ts";
import { listedSpans, onlyAfter, onlyWhichPartitions } from "./listing.ts";
import { rawDailyBars } from "./raw_daily_bars.ts";
import { rawTickers } from "./raw_tickers.ts";
import { cutIntoSpans, spanOf } from "./spans.ts";
import { asset } from "./vendor_resources.ts";

/** Days of which news may still arrive late: they are read again each day. */
const OVERLAP_DAYS = 2;
/** Few enough for a vendor plan with few calls. */
const DEFAULT_DAYS = 30;
/** Days covered by one call, on any number of pages. */
const DAYS_OF_A_CALL = 31;

/** News about the followed instruments by day of publication: one paged call covers all of them and the last days. */
export const rawNews = asset({
  key: "raw_news",
  module: import.meta,
  group: "news",
  layer: "raw",
  description: "News about the followed instruments from the vendor, by day of publication.",
  deps: { tickers: reads(rawTickers, onlyWhichPartitions), bars: reads(rawDailyBars, onlyAfter) },
  row: RawNews,
  primaryKey: ["day", "id", "ticker"],
  partitionedBy: { name: "ticker", date: "day" },
  checks: [rowsUsable()],
  pool: "vendor",
  source: ({ clock }) => Promise.resolve(dayOf(clock)),
  partitionsDef: {
    async wanted({ upstream, resources, clock }) {
      return { ...await listedSpans(upstream.tickers), dates: daysUntil(dayOf(clock), resources.newsFrom) };
    },
    // Keeps news older than the first requested day.
    gone: "keep",
    chunks: (partitions) => cutIntoSpans(partitions, { maxDates: DAYS_OF_A_CALL }),
    // A lower bound: a full response continues on further pages.
    calls: (partitions) => cutIntoSpans(partitions, { maxDates: DAYS_OF_A_CALL }).length,
    callsPerMinute: ({ vendor }) => vendor.callsPerMinute,
    due(day, today) {
      const settled = later(day, OVERLAP_DAYS);
      return settled < today ? settled : today;
    },
  },

  async materialize({ partitions, resources, signal }) {
    const { from, to, ticker } = spanOf(partitions);
    const followed = new Set(partitions.names);
    const rejected = new RejectedRows((one) => followed.has(one));
    let calls = 0;
    const articles = await resources.vendor.news({
      publishedFrom: `${from}T00:00:00Z`,
      publishedUntil: `${later(to, 1)}T00:00:00Z`,
      ticker,
      signal,
      onUnusable: rejected.add,
      onRequest: () => calls++,
    });
    const rows = articles.flatMap((article) => {
      const day = article.publishedAt.slice(0, 10);
      return [...new Set(article.tickers)].filter((mentioned) => partitions.has(mentioned, day)).map((mentioned) => ({
        day,
        id: article.id,
        ticker: mentioned,
        title: article.title,
        publisher: article.publisher,
        publisher_url: article.publisherUrl,
        author: article.author,
        description: article.description,
        published_at: article.publishedAt,
        article_url: article.articleUrl,
        image_url: article.imageUrl,
      }));
    });
    return {
      rows,
      metadata: { source: resources.vendor.name, calls, articles: articles.length, ...rejected.metadata },
    };
  },
});

function dayOf(clock: Clock): string {
  return clock.now().toZonedDateTimeISO("UTC").toPlainDate().toString();
}

function daysUntil(today: string, from = later(today, 1 - DEFAULT_DAYS)): string[] {
  const days: string[] = [];
  for (let day = from; day <= today; day = later(day, 1)) days.push(day);
  return days;
}

function later(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}
