import { inBarOrder, rowsWhere } from "../bar_columns.ts";
import { faultOfLongColumns, LONG_COLUMNS, type LongColumn } from "../long_columns.ts";
import { type DailyBars, MarketDataError, type ReadOptions } from "../market_data.ts";
import { collidingRows, type RespelledRow } from "../symbol_pool.ts";
import { RowFault, UnusableRows } from "../unusable_rows.ts";
import type { CsvCursor } from "./cursor.ts";
import { LongRows } from "./long_rows.ts";
import type { Pace } from "./pace.ts";
import { SettledLines } from "./settled_lines.ts";

/**
 * Rows of a long file after its header, ordered by ticker, then session, then as in the file; and what is kept to read the file again
 * where it differs, if every row is usable.
 *
 * An empty field is NaN; an empty dividend 0, an empty split and a split of 0 are 1, as without such a column. Without a column
 * `vwap` bars have none. An unusable line is reported; if its ticker and date are readable, its bar has no values.
 *
 * @param text That of the cursor. @param lines At least the number of lines in the text.
 */
export async function readLongBars(
  path: string,
  cursor: CsvCursor,
  header: readonly string[],
  { text, lines, pace, onUnusable }: { text: Uint8Array; lines: number; pace: Pace } & Pick<ReadOptions, "onUnusable">,
): Promise<{ bars: DailyBars; settled: SettledLines | null }> {
  const rows = new LongRows(longColumns(path, header), lines);
  const { bars, tickers } = rows;
  const respelled: RespelledRow[] = [];
  const unusable = new UnusableRows(path, onUnusable);
  let isPlain = true;

  /** Keeps the readable part of a line at fault: its ticker and session, without values. */
  function salvage(fault: RowFault): boolean {
    const identity = identityOf(cursor, rows);
    unusable.add(fault, identity);
    if (identity.ticker === null || identity.session === null) return false;
    rows.blank(identity.ticker, identity.session);
    return true;
  }

  let all = 0;
  for (; cursor.nextLine(); all++) {
    let isKept = true;
    try {
      rows.read(cursor);
    } catch (fault) {
      if (!(fault instanceof RowFault)) throw fault;
      isPlain = false;
      const isBlank = cursor.isBlankLine();
      if (isBlank) all--;
      isKept = !isBlank && salvage(fault);
      cursor.skipLine();
    }
    if (isKept) {
      if (tickers.otherSpelling !== null) {
        respelled.push({ row: rows.count, place: `line ${cursor.line}`, spelling: tickers.otherSpelling });
      }
      rows.keep(cursor);
    }
    if (pace.isRestDue()) await pace.rest(cursor.position);
  }
  rows.end();
  const settled = isPlain && respelled.length === 0 ? SettledLines.of(path, text, rows) : null;
  const refused = collidingRows(bars, respelled, { pool: tickers, unusable });
  unusable.settle(all);
  return { bars: inBarOrder(refused.size === 0 ? bars : rowsWhere(bars, (row) => !refused.has(row))), settled };
}

/**
 * Ticker and session of the current line, as far as readable. In a line with another number of fields, the fields up to a valid
 * date are trusted, and the first one always.
 */
function identityOf(
  cursor: CsvCursor,
  { columns, tickers, dates }: LongRows,
): { ticker: string | null; session: string | null } {
  tickers.otherSpelling = null;
  const fields = cursor.readableFields();
  const read = (at: number, reader: (text: string) => string) => {
    try {
      return at < fields.length ? reader(fields[at]!) : null;
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  };
  const [tickerAt, dateAt] = [columns.indexOf("ticker"), columns.indexOf("date")];
  const session = read(dateAt, (text) => dates.sessionOf(text));
  const isInPlace = fields.length === columns.length && cursor.lineEnded;
  const isTickerInPlace = isInPlace || tickerAt === 0 || (session !== null && tickerAt < dateAt);
  return {
    ticker: isTickerInPlace ? read(tickerAt, (text) => tickers.read(text)) : null,
    session: isInPlace || isTickerInPlace ? session : null,
  };
}

function longColumns(path: string, header: readonly string[]): LongColumn[] {
  const fault = faultOfLongColumns(header);
  if (fault !== null) {
    throw new MarketDataError(
      `${path}, line 1: the header ${fault}. A long file has the columns ${LONG_COLUMNS}, in any order; ` +
        `a wide file has Timestamp first and then a column for each ticker.`,
    );
  }
  return header.map((name) => name.toLowerCase() as LongColumn);
}
