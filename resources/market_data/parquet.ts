import { loadPolars } from "../polars.ts";
import { type FileContents, fileMarket, type FileMarketOptions } from "./file_market.ts";
import { type MarketData, MarketDataError, type ReadOptions } from "./market_data.ts";
import { ParquetColumns } from "./parquet/columns.ts";
import { readLongBars } from "./parquet/long_bars.ts";
import { readWideCloses, wideColumns, wideSessionColumn } from "./parquet/wide_closes.ts";

/**
 * Daily bars of one Parquet file, in one of two forms, distinguished by the columns:
 *
 * - long: the columns `ticker, date, open, high, low, close, volume` and optionally `dividend, split, vwap`, in any order and
 *   case, one row per bar; `session` can replace `date`. Prices are unadjusted, `split` is new shares per old share, effective in
 *   that session.
 * - wide: a column `Timestamp`, `date`, `session` or the unnamed index of pandas, and a column for each ticker; a value is a
 *   close, a null or NaN no bar. Closes are used as they are, adjusted or not, without splits.
 *
 * A session is a date, midnight as a timestamp without zone, an instant, which is midnight in its own zone or else counts as its
 * date in New York, or the ISO 8601 text of any of these. Numbers may have any numeric type, or be text; a null is NaN. Symbols
 * are normalized by {@link symbolOf}.
 *
 * Impossible values (a negative price) and repeated rows are passed on: assets downstream check them. An infinity, text for a
 * number, an invalid date or symbol drops its row, in a wide file its value, and an invalid name or another type its column; each
 * is reported with row, column, value and reason. The whole file is rejected, with a remedy, if it is missing, empty, truncated
 * or in another format, has an unknown or missing column in the long form or a column of another type, or if more than half of it
 * is unusable.
 *
 * A file with damaged bytes can end the process: the library trusts the lengths in the file. Of 6,960 files with one byte
 * overwritten 2 did; the others were rejected, or read as far as possible.
 *
 * Version and listings are those of {@link fileMarket}: the version does not load the library.
 *
 * @throws {MarketDataError} From each method, as above; retryable only if the file changed or was deleted during the read.
 *
 * Verified: tests/resources/market_data/parquet_test.ts. Cost: bench/parquet.ts; 538,838 long rows (8.6 MB) take 0.2 s, 0.4 s
 * with the loading of the library, and 190 MB at the peak; 918 × 482 wide closes 0.14 s.
 *
 * @example
 * ```ts ignore
 * const market = parquetMarket("prices.parquet");
 * const bars = await market.dailyBars();
 * ```
 */
export function parquetMarket(path: string, options: FileMarketOptions = {}): MarketData {
  const source = {
    path,
    format: "Parquet",
    setting: "MARKET_DATA=parquet:PATH",
    contents: "It must be a Parquet file with at least one row.",
  };
  return fileMarket("parquet", source, (stored, reading) => parse(path, stored, reading), options);
}

async function parse(path: string, stored: Uint8Array<ArrayBuffer>, options: ReadOptions): Promise<FileContents> {
  const polars = await loadPolars();
  const columns = new ParquetColumns(polars, path, stored, options);
  const sessionColumn = wideSessionColumn(columns.names);
  const wide = sessionColumn === undefined
    ? null
    : { sessionColumn, named: wideColumns(path, columns, { sessionColumn, ...options }) };
  const bars = wide === null
    ? await readLongBars(path, columns, options)
    : await readWideCloses(polars, path, columns, { ...wide, onUnusable: options.onUnusable });
  if (bars.ticker.length === 0) {
    throw new MarketDataError(`${path} has columns and no bars. Add rows, or name another file.`);
  }
  const symbols = wide?.named.map(({ ticker }) => ticker) ?? [...new Set(bars.ticker)];
  return { bars, symbols };
}
