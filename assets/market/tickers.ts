import { z } from "zod";
import { eager, notEmpty } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { rawTickers } from "./raw_tickers.ts";
import { tickerDetails } from "./ticker_details.ts";

const Ticker = z.object({
  ticker: z.string().min(1).describe("Symbol; case matters"),
  name: z.string().nullable(),
  active: z.boolean().describe("False once it no longer trades"),
  type: z.string().nullable().describe("Kind of instrument in the source's words, e.g. CS or ETF"),
  exchange: z.string().nullable(),
  currency: z.string().nullable(),
  delisted_on: z.iso.date().nullable().describe("First session without it"),
  list_date: z.iso.date().nullable().describe("Date of the first listing"),
  sector: z.string().nullable().describe("As the source lists it, or the industry of its SIC code"),
  market_cap: z.number().nullable().describe("Price × shares outstanding, in `currency`"),
  description: z.string().nullable().describe("Business of the company or fund, in the source's words"),
  homepage_url: z.string().nullable().describe("Address of its website"),
});

/** Instruments for readers: the listing, with known details. */
export const tickers = asset({
  key: "tickers",
  module: import.meta,
  group: "market",
  layer: "gold",
  description: "Instruments with their listing and details.",
  deps: { listed: rawTickers, details: tickerDetails },
  automation: eager(),
  row: Ticker,
  primaryKey: ["ticker"],
  partitionedBy: { name: "ticker" },
  checks: [notEmpty()],

  async materialize({ inputs }) {
    const details = new Map((await inputs.details.rows()).map((row) => [row.ticker, row]));
    const rows = (await inputs.listed.rows()).map((listed) => {
      const more = details.get(listed.ticker);
      return {
        ticker: listed.ticker,
        name: listed.name ?? more?.name ?? null,
        active: listed.active,
        type: listed.type,
        exchange: listed.exchange,
        currency: listed.currency,
        delisted_on: listed.delisted_on,
        list_date: more?.list_date ?? null,
        sector: listed.sector ?? more?.sic_description ?? null,
        market_cap: more?.market_cap ?? null,
        description: more?.description ?? null,
        homepage_url: more?.homepage_url ?? null,
      };
    });
    return { rows, metadata: { active: rows.filter(({ active }) => active).length, with_details: details.size } };
  },
});
