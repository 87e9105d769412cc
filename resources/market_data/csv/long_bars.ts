import { emptyBars, inBarOrder, withoutRows } from "../bar_columns.ts";
import { faultOfLongColumns, LONG_COLUMNS, type LongColumn } from "../long_columns.ts";
import { type DailyBars, MarketDataError, type ReadOptions } from "../market_data.ts";
import { sessionOfTimestamp } from "../sessions.ts";
import { collidingRows, type RespelledRow } from "../symbol_pool.ts";
import { RowFault, UnusableRows } from "../unusable_rows.ts";
import { type CsvCursor, SymbolColumn } from "./cursor.ts";
import type { Pace } from "./pace.ts";

/**
 * Rows of a long file after its header, ordered by ticker, then session, then as in the file.
 *
 * An empty field is NaN; an empty dividend 0, an empty split and a split of 0 are 1, as without such a column. Without a column
 * `vwap` bars have none. An unusable line is reported; if its ticker and date are readable, its bar has no values.
 *
 * @param lines At least the number of lines in the text.
 */
export async function readLongBars(
  path: string,
  cursor: CsvCursor,
  header: readonly string[],
  { lines, pace, onUnusable }: { lines: number; pace: Pace } & Pick<ReadOptions, "onUnusable">,
): Promise<DailyBars> {
  const columns = longColumns(path, header);
  const bars = emptyBars(lines);
  if (columns.includes("vwap")) bars.vwap = new Float64Array(lines);
  const targets = columns.map((name) => name === "ticker" || name === "date" ? null : bars[name]!);
  const tickers = new SymbolColumn();
  const dates = new DatePool();
  const respelled: RespelledRow[] = [];
  const unusable = new UnusableRows(path, onUnusable);
  let row = 0;

  function readRow(): void {
    for (let k = 0; k < columns.length; k++) {
      if (cursor.lineEnded) throw cursor.fieldCountFault(columns.length);
      const target = targets[k];
      if (target) target[row] = cursor.number(columns[k]!);
      else if (columns[k] === "ticker") bars.ticker[row] = cursor.symbol(tickers);
      else bars.session[row] = dates.read(cursor);
    }
    if (!cursor.lineEnded) throw cursor.fieldCountFault(columns.length);
  }

  /** Keeps the readable part of a line at fault: its ticker and session, without values. */
  function salvage(fault: RowFault): boolean {
    const identity = identityOf(cursor, columns, { tickers, dates });
    unusable.add(fault, identity);
    if (identity.ticker === null || identity.session === null) return false;
    bars.ticker[row] = identity.ticker;
    bars.session[row] = identity.session;
    for (const target of targets) if (target) target[row] = NaN;
    return true;
  }

  let all = 0;
  for (; cursor.nextLine(); all++) {
    let isKept = true;
    try {
      readRow();
    } catch (fault) {
      if (!(fault instanceof RowFault)) throw fault;
      const isBlank = cursor.isBlankLine();
      if (isBlank) all--;
      isKept = !isBlank && salvage(fault);
      cursor.skipLine();
    }
    if (isKept) {
      if (tickers.otherSpelling !== null) {
        respelled.push({ row, place: `line ${cursor.line}`, spelling: tickers.otherSpelling });
      }
      row++;
    }
    if (pace.isRestDue()) await pace.rest(cursor.position);
  }
  bars.ticker.length = bars.session.length = row;
  const refused = collidingRows(bars, respelled, { pool: tickers, unusable });
  unusable.settle(all);
  return inBarOrder(refused.size === 0 ? bars : withoutRows(bars, refused));
}

/**
 * Ticker and session of the current line, as far as readable. In a line with another number of fields, the fields up to a valid
 * date are trusted, and the first one always.
 */
function identityOf(
  cursor: CsvCursor,
  columns: readonly LongColumn[],
  { tickers, dates }: { tickers: SymbolColumn; dates: DatePool },
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

/** Dates of a column: each is validated once and kept as one string. */
class DatePool {
  readonly #known = new Map<number, string>();
  readonly #texts = new Map<string, string>();

  /** @throws {RowFault} If the next field is not a date. */
  read(cursor: CsvCursor): string {
    const number = cursor.dateNumber();
    const known = this.#known.get(number);
    if (known !== undefined) return known;
    const text = Number.isNaN(number)
      ? cursor.text()
      : number.toString().padStart(8, "0").replace(/(....)(..)/, "$1-$2-");
    try {
      return this.sessionOf(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const wrong = error.message.replace("is not a timestamp", "is not a date");
      throw cursor.valueFault("date", text, wrong, "Write the session as YYYY-MM-DD, e.g. 2026-11-27.");
    }
  }

  /** The session of a date, or of a timestamp that means one. @throws {RangeError} If it is neither. */
  sessionOf(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const session = sessionOfTimestamp(text);
    const number = Number(session.replaceAll("-", ""));
    const one = this.#known.get(number) ?? session;
    this.#known.set(number, one);
    this.#texts.set(text, one);
    return one;
  }
}
