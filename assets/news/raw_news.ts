import { z } from "zod";
import { asset } from "../resources.ts";

/** An article and one of the instruments it is about. */
export const RawNews = z.object({
  day: z.iso.date().describe("Date of publication in UTC"),
  id: z.string().min(1).describe("The source's id of the article"),
  ticker: z.string().min(1),
  title: z.string().describe("Headline"),
  publisher: z.string().describe("Publisher"),
  publisher_url: z.string().nullable().describe("Address of the publisher's website"),
  author: z.string().nullable().describe("Author"),
  description: z.string().nullable().describe("Summary"),
  published_at: z.iso.datetime().describe("Time of publication"),
  article_url: z.string().describe("Address of the article"),
  image_url: z.string().nullable().describe("Address of its picture"),
});

/** News; files and simulated markets have none. */
export const rawNews = asset({
  key: "raw_news",
  module: import.meta,
  group: "news",
  layer: "raw",
  description: "News about instruments as received; empty if bars come from a file.",
  row: RawNews,
  primaryKey: ["day", "id", "ticker"],
  partitionedBy: { name: "ticker", date: "day" },
  materialize: ({ resources }) => ({
    rows: [],
    metadata: { source: resources.marketData.name, note: "This source has no news." },
  }),
});
