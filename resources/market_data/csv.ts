import { CsvCursor } from "./csv/cursor.ts";
import { emptyFile, equalStamps, type FileStamp, readStored, stampOf, textOf } from "./csv/file.ts";
import { readLongBars } from "./csv/long_bars.ts";
import { Pace } from "./csv/pace.ts";
import { readWideCloses, wideTickers } from "./csv/wide_closes.ts";
import {
  type DailyBars,
  type MarketData,
  MarketDataError,
  type ReadOptions,
  type TickerListing,
} from "./market_data.ts";

/**
 * Daily bars of one CSV file, plain or gzip, in one of two shapes that its header tells apart:
 *
 * - long: the columns `ticker, date, open, high, low, close, volume` and optionally `dividend, split`, in any order and case,
 *   one line a bar. Prices are unadjusted, `split` is new shares for one old share effective that session.
 * - wide: `Timestamp`, then a column for each ticker; a field is a close, an empty one no bar. A timestamp is midnight of the
 *   session in New York, written with its offset (`2019-05-13 04:00:00+00:00`), or its plain date. Closes are taken as the
 *   file has them, adjusted or not: there are no splits.
 *
 * An empty number is NaN. Values that no bar can have (a negative price) and repeated rows are passed on: judging them is the
 * work of the assets downstream. What cannot be understood is refused as a whole with file, line, column, value and remedy:
 * a missing or empty file, a column that is unknown, missing or double, a line of another width, text for a number, an
 * impossible date.
 *
 * The version is a hash of the file as stored. It is taken again only when size or modification time have changed.
 *
 * Listings have nothing but their symbol: all count as active, since a file does not say why its bars end.
 *
 * @throws {MarketDataError} From each method, as above; retryable only where the file changed or vanished during the read.
 *
 * Verified: tests/resources/market_data/csv_test.ts, tests/golden/csv_test.ts. Cost: bench/csv.ts; 538,838 long rows (30 MB,
 * gzip 9 MB) take 0.4 s (nodejs-polars 0.7 s) and 110 MB at the peak, 918 × 482 wide closes 0.05 s (nodejs-polars 0.2 s) and 60 MB.
 *
 * @example
 * ```ts ignore
 * const market = csvMarket("prices.csv.gz");
 * const bars = await market.dailyBars();
 * ```
 */
export function csvMarket(path: string): MarketData {
  let known: { stamp: FileStamp; version: string; symbols: string[] | null } | null = null;

  /** What is known of the file as it is now, its version at least. */
  async function present() {
    if (known && equalStamps(known.stamp, await stampOf(path))) return known;
    const { stored, stamp } = await readStored(path);
    return known = { stamp, version: await versionOf(stored), symbols: null };
  }

  async function read(options: ReadOptions): Promise<DailyBars> {
    const { stored, stamp } = await readStored(path);
    options.signal?.throwIfAborted();
    const { bars, symbols } = await parse(path, await textOf(path, stored), options);
    known = { stamp, version: await versionOf(stored), symbols };
    return bars;
  }

  return {
    name: "csv",

    async version() {
      return (await present()).version;
    },

    async tickers(options = {}) {
      let { symbols } = await present();
      if (symbols === null) {
        await read(options);
        symbols = known!.symbols!;
      }
      return symbols.map(listingOf);
    },

    dailyBars(options = {}) {
      return read(options);
    },
  };
}

async function parse(
  path: string,
  text: Uint8Array,
  options: ReadOptions,
): Promise<{ bars: DailyBars; symbols: string[] }> {
  const cursor = new CsvCursor(path, text);
  if (!cursor.nextLine()) throw emptyFile(path);
  const header = cursor.allFields();
  const lines = linesOf(text);
  const pace = new Pace(text.length, options);
  const isWide = header[0]!.toLowerCase() === "timestamp";
  const bars = await (isWide ? readWideCloses : readLongBars)(path, cursor, header, lines, pace);
  if (bars.ticker.length === 0) {
    throw new MarketDataError(`${path} has a header and no bars. Add rows, or name another file.`);
  }
  await pace.rest(text.length);
  const symbols = isWide ? wideTickers(path, header).sort() : [...new Set(bars.ticker)];
  return { bars, symbols };
}

/** Lines that end, and perhaps one that does not. */
function linesOf(text: Uint8Array): number {
  let lines = 1;
  for (let i = 0; i < text.length; i++) if (text[i] === 10) lines++;
  return lines;
}

async function versionOf(stored: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", stored));
  return `csv ${digest.toHex().slice(0, 32)}, ${stored.length} bytes`;
}

function listingOf(ticker: string): TickerListing {
  return {
    ticker,
    name: null,
    type: null,
    exchange: null,
    sector: null,
    currency: null,
    active: true,
    delistedOn: null,
  };
}
