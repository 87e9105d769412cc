import { loadPolars } from "../polars.ts";
import { type FileContents, fileMarket } from "./file_market.ts";
import { type MarketData, MarketDataError, type ReadOptions } from "./market_data.ts";
import { ParquetColumns } from "./parquet/columns.ts";
import { readLongBars } from "./parquet/long_bars.ts";
import { readWideCloses, wideColumns, wideSessionColumn } from "./parquet/wide_closes.ts";

/**
 * Daily bars of one Parquet file, in one of two shapes that its columns tell apart:
 *
 * - long: the columns `ticker, date, open, high, low, close, volume` and optionally `dividend, split, vwap`, in any order and case,
 *   one row a bar; `session` will do for `date`. Prices are unadjusted, `split` is new shares for one old share effective that
 *   session.
 * - wide: a column `Timestamp`, `date`, `session` or the unnamed index of pandas, and a column for each ticker; a value is a
 *   close, a null or NaN no bar. Closes are taken as the file has them, adjusted or not: there are no splits.
 *
 * A session is a date, a timestamp without zone that is midnight, an instant, which is midnight in its own zone or else counts as its
 * date in New York, or the ISO 8601 text of any of them. Numbers may be stored in any numeric type, or as text; a null is NaN. Symbols are read
 * as {@link symbolOf} has them.
 *
 * Values that no bar can have (a negative price) and repeated rows are passed on: judging them is the work of the assets
 * downstream. An infinity, text that is no number, an impossible date or symbol costs its row, in a wide file its value, and a name that is no
 * symbol or another type its column; each is told with row, column, value and reason. What cannot be understood is refused as a whole
 * with remedy: a missing or empty file, another format, a file cut off, a column of a long file that is unknown, missing or of another
 * type, a file of which more than half cannot be read.
 *
 * A file whose bytes were damaged in place can end the process: the library trusts the lengths it finds inside. Of
 * 6,960 files with one byte overwritten 2 did; the others were refused or read with what was left.
 *
 * Version and listings are those of {@link fileMarket}: taking the version does not load the library.
 *
 * @throws {MarketDataError} From each method, as above; retryable only where the file changed or vanished during the read.
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
export function parquetMarket(path: string): MarketData {
  const source = {
    path,
    format: "Parquet",
    setting: "MARKET_DATA=parquet:PATH",
    contents: "It must be a Parquet file with at least one row.",
  };
  return fileMarket("parquet", source, (stored, options) => parse(path, stored, options));
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
