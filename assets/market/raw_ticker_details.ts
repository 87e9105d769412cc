import { z } from "zod";
import { asset } from "../resources.ts";

/** A vendor's details of one instrument beyond its listing. */
export const RawTickerDetails = z.object({
  ticker: z.string().min(1),
  found: z.boolean().describe("Whether the source has the ticker; if not, all else is null"),
  name: z.string().nullable(),
  description: z.string().nullable().describe("Business of the company or fund, in the source's words"),
  homepage_url: z.string().nullable().describe("Address of its website"),
  list_date: z.iso.date().nullable().describe("Date of the first listing"),
  market_cap: z.number().nullable().describe("Price × shares outstanding, in the listing's currency"),
  sic_code: z.string().nullable().describe("Standard Industrial Classification"),
  sic_description: z.string().nullable().describe("The industry of the code in words"),
  share_class_shares_outstanding: z.number().nullable().describe("Shares of this class"),
  weighted_shares_outstanding: z.number().nullable().describe("Shares of all classes, converted to this one"),
  total_employees: z.number().nullable().describe("Employees, as last reported"),
  cik: z.string().nullable().describe("Central Index Key of the SEC"),
  composite_figi: z.string().nullable().describe("OpenFIGI identifier of the instrument in its country"),
  share_class_figi: z.string().nullable().describe("OpenFIGI identifier of the share class"),
});

/** Details of instruments; files and simulated markets have none. */
export const rawTickerDetails = asset({
  key: "raw_ticker_details",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Details of each instrument beyond its listing; empty if bars come from a file.",
  row: RawTickerDetails,
  primaryKey: ["ticker"],
  partitionedBy: { name: "ticker" },
  materialize: ({ resources }) => ({
    rows: [],
    metadata: { source: resources.marketData.name, note: "This source has no details of tickers." },
  }),
});
