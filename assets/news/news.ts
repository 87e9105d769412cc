import { z } from "zod";
import { eager } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { isWebAddress } from "../web_address.ts";
import { RawNews, rawNews } from "./raw_news.ts";

const News = RawNews.omit({ day: true }).extend({
  title: z.string().min(1).describe("Headline"),
  article_url: z.url({ protocol: /^https?$/ }).describe("Address of the article"),
});

/** Articles by id and instrument, each once, in their latest version. */
export const news = asset({
  key: "news",
  module: import.meta,
  codeVersion: "2",
  group: "news",
  layer: "silver",
  description: "News about instruments, each article and ticker once, as last published.",
  deps: { raw: rawNews },
  automation: eager(),
  row: News,
  primaryKey: ["id", "ticker"],
  partitionedBy: { name: "ticker" },

  async materialize({ inputs }) {
    const latest = new Map<string, z.output<typeof News>>();
    let repeated = 0;
    let unusable = 0;
    // In order of days: a republished article is on a later day.
    for (const { day: _, ...article } of await inputs.raw.rows()) {
      const cleaned = { ...article, title: article.title.trim(), author: article.author?.trim() || null };
      if (cleaned.title === "" || !isWebAddress(cleaned.article_url)) {
        unusable++;
        continue;
      }
      const key = `${article.id} ${article.ticker}`;
      if (latest.has(key)) repeated++;
      latest.set(key, cleaned);
    }
    return { rows: [...latest.values()], metadata: { repeated, without_title_or_address: unusable } };
  },
});
