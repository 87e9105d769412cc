import { emptyBars, inBarOrder } from "../bar_columns.ts";
import { faultOfLongColumns, LONG_COLUMNS, type LongColumn } from "../long_columns.ts";
import { type DailyBars, MarketDataError } from "../market_data.ts";
import { dateText } from "../sessions.ts";
import { type CsvCursor, TextPool } from "./cursor.ts";
import type { Pace } from "./pace.ts";

/**
 * Rows of a long file, whose header the cursor has passed, ordered by ticker, then session, then as the file has them.
 *
 * An empty field is NaN; an empty dividend 0 and an empty split 1, as where the file has no such column.
 *
 * @param lines At least as many as the text has.
 */
export async function readLongBars(
  path: string,
  cursor: CsvCursor,
  header: readonly string[],
  lines: number,
  pace: Pace,
): Promise<DailyBars> {
  const columns = longColumns(path, header);
  const bars = emptyBars(lines);
  const targets = columns.map((name) => name === "ticker" || name === "date" ? null : bars[name]);
  const tickers = new TextPool();
  const dates = new DatePool();
  let row = 0;
  for (; cursor.nextLine(); row++) {
    for (let k = 0; k < columns.length; k++) {
      if (cursor.lineEnded) throw cursor.fieldCountError(columns.length);
      const target = targets[k];
      if (target) {
        target[row] = cursor.number(columns[k]!);
      } else if (columns[k] === "ticker") {
        const ticker = cursor.pooledText(tickers);
        if (ticker === "") {
          throw cursor.valueError("ticker", "", "names no ticker", "Write its symbol, or remove the line.");
        }
        bars.ticker.push(ticker);
      } else {
        bars.session.push(dates.read(cursor));
      }
    }
    if (!cursor.lineEnded) throw cursor.fieldCountError(columns.length);
    if (pace.isRestDue()) await pace.rest(cursor.position);
  }
  return inBarOrder(bars);
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

/** Dates of a column: each is checked once and kept as one string. */
class DatePool {
  readonly #known = new Map<number, string>();

  read(cursor: CsvCursor): string {
    const number = cursor.dateNumber();
    const known = this.#known.get(number);
    if (known !== undefined) return known;
    if (Number.isNaN(number)) return this.#readText(cursor);
    const date = dateText(number);
    if (date === null) throw this.#notADate(cursor, number.toString().padStart(8, "0").replace(/(....)(..)/, "$1-$2-"));
    this.#known.set(number, date);
    return date;
  }

  /** A date in quotes or between blanks. */
  #readText(cursor: CsvCursor): string {
    const text = cursor.text();
    const number = /^\d{4}-\d\d-\d\d$/.test(text) ? Number(text.replaceAll("-", "")) : NaN;
    const date = this.#known.get(number) ?? dateText(number);
    if (date === null) throw this.#notADate(cursor, text);
    this.#known.set(number, date);
    return date;
  }

  #notADate(cursor: CsvCursor, text: string): MarketDataError {
    const wrong = /^\d{4}-\d\d-\d\d$/.test(text) ? "is no day of the calendar" : "is not a date";
    return cursor.valueError("date", text, wrong, "Write the session as YYYY-MM-DD, e.g. 2026-11-27.");
  }
}
