import { eager } from "../../engine/mod.ts";
import { RawNews, rawNews } from "../news/raw_news.ts";
import { asset } from "../resources.ts";
import { importedNews } from "./imported_news.ts";

/** News from the source and imported ones. If both have an article about a ticker, the source's is used. */
export const joinedNews = asset({
  key: "joined_news",
  module: import.meta,
  group: "imported",
  layer: "raw",
  description: "News about instruments from the source, and imported ones missing there.",
  deps: { raw: rawNews, imported: importedNews },
  automation: eager(),
  row: RawNews,
  primaryKey: ["day", "id", "ticker"],
  partitionedBy: { name: "ticker", date: "day" },

  async materialize({ inputs }) {
    const raw = await inputs.raw.rows();
    const known = new Set(raw.map(mentionOf));
    const more = (await inputs.imported.rows()).filter((row) => !known.has(mentionOf(row)));
    return { rows: [...raw, ...more], metadata: { received: raw.length, imported: more.length } };
  },
});

function mentionOf({ id, ticker }: { id: string; ticker: string }): string {
  return `${id} ${ticker}`;
}
