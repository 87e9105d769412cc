import { RawNews } from "../news/raw_news.ts";
import { asset } from "./resources.ts";
import { spansOf } from "./spans.ts";
import { rowsUsable } from "../market/rejected_rows.ts";
import { importedOnce, importVersion, pendingOf, withEarlier } from "./imported_once.ts";

/** Imported news, by day of publication. */
export const importedNews = asset({
  key: "imported_news",
  module: import.meta,
  group: "imported",
  layer: "raw",
  description: "Imported news about instruments, by day of publication.",
  row: RawNews,
  primaryKey: ["day", "id", "ticker"],
  partitionedBy: { name: "ticker", date: "day" },
  checks: [rowsUsable()],
  source: importVersion,
  partitionsDef: importedOnce(({ news }) => spansOf(news.map(({ ticker }) => ticker), news.map(({ day }) => day))),

  async materialize({ partitions, before, resources }) {
    const pending = pendingOf(resources);
    const rows = pending.rows.news.filter(({ ticker, day }) => partitions.has(ticker, day));
    const earlier = await before.rows() as typeof rows;
    return withEarlier(pending, { kind: "news", rows, earlier, keyOf: ({ id, ticker }) => `${id} ${ticker}` });
  },
});
