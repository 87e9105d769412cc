import { z } from "zod";
import type { VendorOptions, VendorTickerDetails } from "../market_vendor.ts";
import { isoDateOrNull, misunderstood, numberOrNull, oneOf, problems, textOrNull } from "./envelope.ts";
import { tickerPart } from "./path_parts.ts";
import { tickerFields, tickerOf } from "./tickers.ts";
import type { Transport } from "./transport.ts";

const Details = z.object({
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
});
const Answer = oneOf(z.record(z.string(), z.unknown()));

/** See {@link MarketVendor.tickerDetails}. */
export async function tickerDetails(
  transport: Transport,
  ticker: string,
  options: VendorOptions & { asOfDate?: string },
): Promise<VendorTickerDetails | null> {
  const path = `/v3/reference/tickers/${tickerPart(ticker)}`;
  const answer = await transport.send({
    path,
    query: { date: options.asOfDate },
    schema: Answer,
    mayBeUnknown: true,
  }, options);
  if (answer === null) return null;
  const row = readable(answer.results, {
    path,
    onFault: (reason) => options.onUnusable?.({ ticker, session: null, place: "results", reason }),
  });
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

/**
 * The details without invalid fields, each of which is reported.
 *
 * @throws {VendorError} If a required field is invalid.
 */
function readable(
  results: Readonly<Record<string, unknown>>,
  { path, onFault }: { path: string; onFault: (reason: string) => void },
): z.output<typeof Details> {
  const checked = Details.safeParse(results);
  if (checked.success) return checked.data;
  const faulty = new Set(checked.error.issues.map((issue) => issue.path[0]));
  const rest = Details.safeParse(Object.fromEntries(Object.entries(results).filter(([name]) => !faulty.has(name))));
  if (!rest.success) throw misunderstood(path, problems(checked.error));
  onFault(problems(checked.error));
  return rest.data;
}
