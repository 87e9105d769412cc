import { z } from "zod";
import type { VendorOptions, VendorTickerDetails } from "../market_vendor.ts";
import { isoDateOrNull, numberOrNull, oneOf, textOrNull } from "./envelope.ts";
import { tickerPart } from "./path_parts.ts";
import { tickerFields, tickerOf } from "./tickers.ts";
import type { Transport } from "./transport.ts";

const Details = oneOf(z.object({
  ...tickerFields,
  description: textOrNull,
  homepage_url: textOrNull,
  list_date: isoDateOrNull,
  market_cap: numberOrNull,
  sic_code: textOrNull,
  sic_description: textOrNull,
  share_class_shares_outstanding: numberOrNull,
  weighted_shares_outstanding: numberOrNull,
  total_employees: numberOrNull,
}));

/** See {@link MarketVendor.tickerDetails}. */
export async function tickerDetails(
  transport: Transport,
  ticker: string,
  options: VendorOptions & { asOfDate?: string },
): Promise<VendorTickerDetails | null> {
  const answer = await transport.send({
    path: `/v3/reference/tickers/${tickerPart(ticker)}`,
    query: { date: options.asOfDate },
    schema: Details,
    mayBeUnknown: true,
  }, options);
  if (answer === null) return null;
  const { results: row } = answer;
  return {
    ...tickerOf(row, true),
    description: row.description,
    homepageUrl: row.homepage_url,
    listDate: row.list_date,
    marketCap: row.market_cap,
    sicCode: row.sic_code,
    sicDescription: row.sic_description,
    shareClassSharesOutstanding: row.share_class_shares_outstanding,
    weightedSharesOutstanding: row.weighted_shares_outstanding,
    totalEmployees: row.total_employees,
  };
}
