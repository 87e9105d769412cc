import type { z } from "zod";
import { assetsWith } from "../../engine/mod.ts";
import type { RawTickerDetails } from "../market/raw_ticker_details.ts";
import type { RawTicker } from "../market/raw_tickers.ts";
import type { RawNews } from "../news/raw_news.ts";
import type { SharedResources } from "../resources.ts";
import type { RejectedRows } from "../market/rejected_rows.ts";
import type { ImportedBarColumns } from "./imported_daily_bars.ts";
import type { ImportedPair } from "./imported_pairs.ts";

/** What an import brings, judged: every row can be used. */
export interface ImportedRows {
  bars: ImportedBarColumns;
  tickers: readonly z.output<typeof RawTicker>[];
  details: readonly z.output<typeof RawTickerDetails>[];
  news: readonly z.output<typeof RawNews>[];
  pairs: readonly z.output<typeof ImportedPair>[];
}

/** An import that is under way in this process. */
export interface PendingImport {
  /** Where the rows come from, for people; holds no password. */
  from: string;
  /** Names what is in them: equal for equal rows. */
  version: string;
  rows: ImportedRows;
  /** The rows that cannot be used, for the metadata of what the others become. */
  rejected: Readonly<Record<keyof ImportedRows, Pick<RejectedRows, "metadata">>>;
}

/** What the functions of imported assets may use. */
export interface ImportResources extends SharedResources {
  /** There in the process that imports, and in no other. */
  pendingImport?: PendingImport;
}

export const { asset } = assetsWith<ImportResources>();
