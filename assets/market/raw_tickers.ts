import { z } from "zod";
import { notEmpty, rowCountBand } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { tickersKept, vanishedMetadata } from "./coverage_checks.ts";

/** An instrument as listed by a source. */
export const RawTicker = z.object({
  ticker: z.string().min(1).describe("Symbol; case matters"),
  name: z.string().nullable(),
  type: z.string().nullable().describe("Kind of instrument in the source's words, e.g. CS or ETF"),
  exchange: z.string().nullable(),
  sector: z.string().nullable(),
  currency: z.string().nullable(),
  active: z.boolean().describe("False once it no longer trades"),
  delisted_on: z.iso.date().nullable().describe("First session without it"),
});

/** Instruments as listed by the market data source. */
export const rawTickers = asset({
  key: "raw_tickers",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Instruments as the market data source lists them.",
  row: RawTicker,
  primaryKey: ["ticker"],
  partitionedBy: { name: "ticker" },
  checks: [notEmpty(), rowCountBand({ within: 0.5, severity: "warn" }), tickersKept()],
  source: ({ resources: { marketData } }) => marketData.tickersVersion?.() ?? marketData.version(),

  async materialize({ before, resources, signal }) {
    const listings = await resources.marketData.tickers({ signal });
    const rows = listings.map(({ delistedOn, ...listing }) => ({ ...listing, delisted_on: delistedOn }));
    const listed = new Set(rows.map(({ ticker }) => ticker));
    const known = (await before.rows()).map(({ ticker }) => String(ticker));
    return {
      rows,
      metadata: {
        source: resources.marketData.name,
        inactive: rows.filter((row) => !row.active).length,
        ...vanishedMetadata({ known, vanished: known.filter((ticker) => !listed.has(ticker)) }),
      },
    };
  },
});
