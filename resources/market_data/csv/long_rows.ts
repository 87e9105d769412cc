import { emptyBars, inBarOrder, rowsWhere } from "../bar_columns.ts";
import type { LongColumn } from "../long_columns.ts";
import type { DailyBars } from "../market_data.ts";
import { sessionOfTimestamp } from "../sessions.ts";
import { type CsvCursor, SymbolColumn } from "./cursor.ts";

/** Rows of a long file in the order of its lines. */
export class LongRows {
  /** With places for more rows than {@link count} in its numbers. */
  readonly bars: DailyBars;
  /** Where the line of each row begins, in bytes, of a text below 4 GB. */
  readonly starts: Uint32Array;
  /** Number of rows that were kept. */
  count = 0;
  readonly #targets: readonly (Float64Array | null)[];

  /**
   * @param capacity Most rows, the one being read included.
   * @param tickers Symbols and spellings so far.
   */
  constructor(
    readonly columns: readonly LongColumn[],
    capacity: number,
    readonly tickers: SymbolColumn = new SymbolColumn(),
    readonly dates: DatePool = new DatePool(),
  ) {
    this.bars = emptyBars(capacity);
    this.starts = new Uint32Array(capacity);
    if (columns.includes("vwap")) this.bars.vwap = new Float64Array(capacity);
    this.#targets = columns.map((name) => name === "ticker" || name === "date" ? null : this.bars[name]!);
  }

  /** Reads the current line as the next row, which replaces one that was not kept. @throws {RowFault} If it is unusable. */
  read(cursor: CsvCursor): void {
    const { columns, bars, count } = this;
    for (let k = 0; k < columns.length; k++) {
      if (cursor.lineEnded) throw cursor.fieldCountFault(columns.length);
      const target = this.#targets[k];
      if (target) target[count] = cursor.number(columns[k]!);
      else if (columns[k] === "ticker") bars.ticker[count] = cursor.symbol(this.tickers);
      else bars.session[count] = this.dates.read(cursor);
    }
    if (!cursor.lineEnded) throw cursor.fieldCountFault(columns.length);
  }

  /** Makes the next row one without values. */
  blank(ticker: string, session: string): void {
    this.bars.ticker[this.count] = ticker;
    this.bars.session[this.count] = session;
    for (const target of this.#targets) if (target) target[this.count] = NaN;
  }

  /** Keeps the row that was read. */
  keep(cursor: CsvCursor): void {
    this.starts[this.count++] = cursor.lineStart;
  }

  /** Drops a last row that was read and not kept. */
  end(): void {
    this.bars.ticker.length = this.bars.session.length = this.count;
  }

  /** Copies of some rows, in the order of {@link DailyBars}. */
  inOrder(isWanted: (row: number) => boolean): DailyBars {
    this.end();
    return inBarOrder(rowsWhere(this.bars, isWanted));
  }

  /** The same without rows, which take memory. */
  withoutRows(): LongRows {
    return new LongRows(this.columns, 0, this.tickers, this.dates);
  }

  /** For the lines of another text of at most so many bytes. */
  another(bytes: number): LongRows {
    // A line has a byte for each column at least, and one more row may be read and not kept.
    const rows = new LongRows(this.columns, Math.floor(bytes / this.columns.length) + 2, this.tickers, this.dates);
    this.tickers.forgetPlace();
    return rows;
  }
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
