import { type DailyBars, MarketDataError } from "../market_data.ts";
import { type CsvCursor, TextPool } from "./cursor.ts";
import type { Pace } from "./pace.ts";
import { dateText } from "./sessions.ts";

const NUMBERS = ["open", "high", "low", "close", "volume", "dividend", "split"] as const;
const REQUIRED = ["ticker", "date", "open", "high", "low", "close", "volume"] as const;
const OPTIONAL = ["dividend", "split"] as const;
type LongColumn = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];

export const LONG_COLUMNS = `${REQUIRED.join(", ")} and optionally ${OPTIONAL.join(", ")}`;

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
  let isOrdered = true;
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
    isOrdered &&= row === 0 || isAtOrAfter(bars, row, row - 1);
    if (pace.isRestDue()) await pace.rest(cursor.position);
  }
  for (let i = 0; i < row; i++) {
    if (Number.isNaN(bars.dividend[i])) bars.dividend[i] = 0;
    if (Number.isNaN(bars.split[i])) bars.split[i] = 1;
  }
  return isOrdered ? firstRows(bars, row) : inOrder(bars, row);
}

function longColumns(path: string, header: readonly string[]): LongColumn[] {
  const known = new Set<string>([...REQUIRED, ...OPTIONAL]);
  const names = header.map((name) => name.toLowerCase());
  const faults: string[] = [];
  const missing = REQUIRED.filter((name) => !names.includes(name));
  const unknown = header.filter((name) => !known.has(name.toLowerCase()));
  const twice = names.filter((name, i) => known.has(name) && names.indexOf(name) !== i);
  if (missing.length > 0) faults.push(`lacks ${missing.join(", ")}`);
  if (unknown.length > 0) {
    faults.push(`has the unknown ${unknown.length === 1 ? "column" : "columns"} ${shownNames(unknown)}`);
  }
  if (twice.length > 0) faults.push(`has ${twice.join(", ")} more than once`);
  if (faults.length > 0) {
    throw new MarketDataError(
      `${path}, line 1: the header ${
        faults.join(" and ")
      }. A long file has the columns ${LONG_COLUMNS}, in any order; ` +
        `a wide file has Timestamp first and then a column for each ticker.`,
    );
  }
  return names as LongColumn[];
}

/** A few of the names: the first line of a file that is no CSV at all can be long. */
function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name));
  return shown.join(", ") + (names.length > shown.length ? ` and ${names.length - shown.length} more` : "");
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

function emptyBars(capacity: number): DailyBars {
  const column = () => new Float64Array(capacity);
  return {
    ticker: [],
    session: [],
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    dividend: column(),
    split: column().fill(1),
  };
}

function isAtOrAfter({ ticker, session }: DailyBars, row: number, other: number): boolean {
  return ticker[row] === ticker[other] ? session[row]! >= session[other]! : ticker[row]! > ticker[other]!;
}

function firstRows(bars: DailyBars, rows: number): DailyBars {
  const result = { ...bars };
  for (const name of NUMBERS) result[name] = bars[name].subarray(0, rows);
  return result;
}

/** Two stable counting sorts, by session and then by ticker: rows in linear time, and equal rows stay as they were. */
function inOrder(bars: DailyBars, rows: number): DailyBars {
  let order = Uint32Array.from({ length: rows }, (_, row) => row);
  order = stablySorted(order, bars.session);
  order = stablySorted(order, bars.ticker);
  const result: DailyBars = {
    ...bars,
    ticker: Array.from(order, (row) => bars.ticker[row]!),
    session: Array.from(order, (row) => bars.session[row]!),
  };
  for (const name of NUMBERS) result[name] = Float64Array.from(order, (row) => bars[name][row]!);
  return result;
}

function stablySorted(order: Uint32Array<ArrayBuffer>, keys: readonly string[]): Uint32Array<ArrayBuffer> {
  const values = [...new Set(keys)].sort();
  const rankOf = new Map(values.map((value, rank) => [value, rank]));
  const next = new Uint32Array(values.length + 1);
  const ranks = Uint32Array.from(order, (row) => rankOf.get(keys[row]!)!);
  for (const rank of ranks) next[rank + 1]!++;
  for (let rank = 0; rank < values.length; rank++) next[rank + 1]! += next[rank]!;
  const sorted = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) sorted[next[ranks[i]!]!++] = order[i]!;
  return sorted;
}
