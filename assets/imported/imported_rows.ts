import { z } from "zod";
import type { RawTickerDetails } from "../market/raw_ticker_details.ts";
import type { RawTicker } from "../market/raw_tickers.ts";
import type { RawNews } from "../news/raw_news.ts";
import type { DailyBars } from "../../resources/market_data/market_data.ts";

export const ImportedPair = z.object({
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
});

/** Bars of an import, one for each ticker and session, in any order; NaN if a value is missing. */
export interface ImportedBarColumns extends Omit<Required<DailyBars>, "split"> {
  adjusted_through: string[];
}

/** Validated rows of an import; all are usable. */
export interface ImportedRows {
  bars: ImportedBarColumns;
  tickers: readonly z.output<typeof RawTicker>[];
  details: readonly z.output<typeof RawTickerDetails>[];
  news: readonly z.output<typeof RawNews>[];
  pairs: readonly z.output<typeof ImportedPair>[];
}
