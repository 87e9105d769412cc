import { z } from "zod";
import { eager } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { isWebAddress } from "../web_address.ts";
import { RawTickerDetails, rawTickerDetails } from "./raw_ticker_details.ts";

const TickerDetails = RawTickerDetails.omit({ found: true }).extend({
  market_cap: z.number().positive().nullable().describe("Price × shares outstanding, in the listing's currency"),
  share_class_shares_outstanding: z.number().positive().nullable().describe("Shares of this class"),
  weighted_shares_outstanding: z.number().positive().nullable().describe(
    "Shares of all classes, converted to this one",
  ),
  total_employees: z.number().min(0).nullable().describe("Employees, as last reported"),
});

const positive = (value: number | null) => value !== null && value > 0 ? value : null;
/** Some sources write blanks for missing values. */
const worded = (text: string | null) => text?.trim() || null;
const address = (text: string | null) => text !== null && isWebAddress(text.trim()) ? text.trim() : null;

/** Details of instruments, where the source has any; invalid values are null. */
export const tickerDetails = asset({
  key: "ticker_details",
  module: import.meta,
  codeVersion: "2",
  group: "market",
  layer: "silver",
  description: "Details of the instruments of the source, with null for impossible values.",
  deps: { raw: rawTickerDetails },
  automation: eager(),
  row: TickerDetails,
  primaryKey: ["ticker"],
  partitionedBy: { name: "ticker" },

  async materialize({ inputs }) {
    const raw = await inputs.raw.rows();
    const rows = raw.filter(({ found }) => found).map(({ found: _, ...details }) => ({
      ...details,
      name: worded(details.name),
      description: worded(details.description),
      homepage_url: address(details.homepage_url),
      sic_code: worded(details.sic_code),
      sic_description: worded(details.sic_description),
      market_cap: positive(details.market_cap),
      share_class_shares_outstanding: positive(details.share_class_shares_outstanding),
      weighted_shares_outstanding: positive(details.weighted_shares_outstanding),
      total_employees: details.total_employees !== null && details.total_employees >= 0
        ? details.total_employees
        : null,
    }));
    return { rows, metadata: { unknown_to_source: raw.length - rows.length } };
  },
});
