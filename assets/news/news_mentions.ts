import { z } from "zod";
import { eager } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { news } from "./news.ts";

const NewsMention = z.object({
  id: z.string().min(1).describe("The source's id of the article"),
  ticker: z.string().min(1),
  publisher: z.string().describe("Publisher"),
  author: z.string().nullable().describe("Author"),
  source_url: z.string().describe("Address of the article"),
  short_summary: z.string().describe("Summary; the headline if the source has none"),
  publish_time: z.iso.datetime().describe("Time of publication"),
});

/** News about instruments, in the original's schema. */
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
