import { z } from "zod";
import { eager } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { news } from "./news.ts";

const NewsMention = z.object({
  id: z.string().min(1).describe("The source's own name for the article"),
  ticker: z.string().min(1),
  publisher: z.string().describe("Who published it"),
  author: z.string().nullable().describe("Who wrote it"),
  source_url: z.string().describe("Address of the article"),
  short_summary: z.string().describe("What it says, in short; its headline where the source has no more"),
  publish_time: z.iso.datetime().describe("When it was published"),
});

/** Who wrote about which instrument, in the words of the original. */
export const newsMentions = asset({
  key: "news_mentions",
  module: import.meta,
  group: "news",
  layer: "gold",
  description: "Mentions of instruments in the news, with publisher, link and summary.",
  deps: { news },
  automation: eager(),
  row: NewsMention,
  primaryKey: ["id", "ticker"],
  partitionedBy: { name: "ticker" },

  async materialize({ inputs }) {
    const articles = await inputs.news.rows();
    return {
      rows: articles.map((article) => ({
        id: article.id,
        ticker: article.ticker,
        publisher: article.publisher,
        author: article.author,
        source_url: article.article_url,
        short_summary: article.description?.trim() || article.title,
        publish_time: article.published_at,
      })),
      metadata: {
        articles: new Set(articles.map(({ id }) => id)).size,
        tickers: new Set(articles.map(({ ticker }) => ticker)).size,
      },
    };
  },
});
