import { CsvCursor } from "./csv/cursor.ts";
import { readLongBars } from "./csv/long_bars.ts";
import { Pace } from "./csv/pace.ts";
import { textOf } from "./csv/text.ts";
import { readWideCloses, wideTickers } from "./csv/wide_closes.ts";
import { type FileContents, fileMarket, type FileMarketOptions } from "./file_market.ts";
import { type MarketData, MarketDataError, type ReadOptions } from "./market_data.ts";
import { emptyFile, type FileSource, release } from "./stored_file.ts";
import { RowFault } from "./unusable_rows.ts";

/**
 * Daily bars of one CSV file, plain or gzip, in one of two forms, distinguished by the header:
 *
 * - long: the columns `ticker, date, open, high, low, close, volume` and optionally `dividend, split, vwap`, in any order and
 *   case, one line per bar. Prices are unadjusted, `split` is new shares per old share, effective in that session; 1, 0 or empty
 *   for none.
 * - wide: `Timestamp`, then a column for each ticker; a field is a close, an empty field no bar. Closes are used as they are,
 *   adjusted or not, without splits.
 *
 * A session is a date; midnight, with or without an offset, which counts as the written date; or another instant, which counts as
 * its date in New York (`2019-05-13 04:00:00+00:00`). Text is UTF-8 or UTF-16. Symbols are normalized by {@link symbolOf}.
 *
 * An empty number is NaN. Impossible values (a negative price) and repeated rows are passed on: assets downstream check them. A
 * line with another number of fields, text for a number, an invalid date or symbol drops its line, in a wide file an invalid
 * close its field, and an invalid or repeated heading its column; each is reported with line, column, value and reason. The whole
 * file is rejected, with a remedy, if it is missing or empty, has an unknown, missing or repeated column in the long form or
 * another encoding, or if more than half of it is unusable.
 *
 * The version is a hash of the file as stored. It is computed again only when size or modification time have changed. Of a long file
 * in the order of tickers or dates whose rows are all usable, later states are read only where they are new (`barsSince`).
 *
 * Listings have only a symbol: all count as active, since a file does not say why its bars end.
 *
 * @throws {MarketDataError} From each method, as above; retryable only if the file changed or was deleted during the read.
 *
 * Verified: tests/resources/market_data/csv_test.ts, tests/golden/csv_test.ts. Cost: bench/csv.ts; 538,838 long rows (30 MB,
 * gzip 9 MB) take 0.4 s (nodejs-polars 0.7 s) and 110 MB at the peak, 918 × 482 wide closes 0.05 s (nodejs-polars 0.2 s) and 60
 * MB.
 *
 * @example
 * ```ts ignore
 * const market = csvMarket("prices.csv.gz");
 * const bars = await market.dailyBars();
 * ```
 */
export function csvMarket(path: string, options: FileMarketOptions = {}): MarketData {
  const source = {
    path,
    format: "CSV",
    setting: "MARKET_DATA=csv:PATH",
    contents: "It must have a header line and at least one row.",
  };
  return fileMarket("csv", source, async (stored, reading) => {
    const text = await textOf(path, stored);
    const contents = await parse(source, text, reading);
    if (text.buffer !== stored.buffer) release(text);
    return contents;
  }, options);
}

async function parse(source: FileSource, text: Uint8Array, options: ReadOptions): Promise<FileContents> {
  const { path } = source;
  const cursor = new CsvCursor(path, text);
  if (!cursor.nextLine()) throw emptyFile(source);
  const header = headerOf(path, cursor);
  const lines = linesOf(text);
  const pace = new Pace(text.length, options);
  const reading = { lines, pace, onUnusable: options.onUnusable };
  const tickers = header[0]!.toLowerCase() === "timestamp" ? wideTickers(path, header, options) : null;
  const { bars, settled } = tickers === null
    ? await readLongBars(path, cursor, header, { text, ...reading })
    : { bars: await readWideCloses(path, cursor, tickers, reading), settled: null };
  if (bars.ticker.length === 0) {
    throw new MarketDataError(`${path} has a header and no bars. Add rows, or name another file.`);
  }
  await pace.rest(text.length);
  const symbols = tickers?.filter((ticker) => ticker !== null).sort() ?? [...new Set(bars.ticker)];
  return { bars, symbols, settled };
}

function headerOf(path: string, cursor: CsvCursor): string[] {
  try {
    const header = cursor.allFields();
    const separator = header.length === 1 ? /[;\t|]/.exec(header[0]!)?.[0] : undefined;
    if (separator === undefined) return header;
    throw new MarketDataError(
      `${path}, line 1: the columns are separated by ${
        separator === "\t" ? "tabs" : `"${separator}"`
      }. Separate them by commas, and write numbers with a decimal point.`,
    );
  } catch (fault) {
    if (!(fault instanceof RowFault)) throw fault;
    throw new MarketDataError(`${path}, ${fault.message} ${fault.fault.remedy}`);
  }
}

/** Number of lines, including an unterminated last one. */
function linesOf(text: Uint8Array): number {
  let lines = 1;
  for (let i = 0; i < text.length; i++) if (text[i] === 10) lines++;
  return lines;
}
