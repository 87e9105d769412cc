import type { z } from "zod";
import type { RawTickerDetails } from "../../assets/market/raw_ticker_details.ts";

type Row = z.output<typeof RawTickerDetails>;

/** A row of `raw_ticker_details` with only the given values. */
export function rawDetails(ticker: string, more: Partial<Row> = {}): Row {
  return {
    ticker,
    found: true,
    name: null,
    description: null,
    homepage_url: null,
    list_date: null,
    market_cap: null,
    sic_code: null,
    sic_description: null,
    share_class_shares_outstanding: null,
    weighted_shares_outstanding: null,
    total_employees: null,
    cik: null,
    composite_figi: null,
    share_class_figi: null,
    ...more,
  };
}
