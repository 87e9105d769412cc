import type { LongCloses } from "../../quant/mod.ts";
import type { RowSink } from "./streamed_rows.ts";

/** Values by day, e.g. of a spread. */
export interface Observations {
  dates: string[];
  values: number[];
}

/** Collects rows `{date, [field]}`. Values that are not finite are kept: their windows have no trend. */
export class ObservationSink implements RowSink, Observations {
  dates: string[] = [];
  values: number[] = [];
  #calendar = new Calendar();

  constructor(private readonly field: string) {}

  begin(): void {
    this.dates = [];
    this.values = [];
  }

  take(row: unknown) {
    if (!isObject(row)) return { path: "", message: notAnObject };
    const date = this.#calendar.dateOf(row.date);
    if (date === undefined) return { path: "date", message: notADate };
    const value = row[this.field];
    if (typeof value !== "number") return { path: this.field, message: notANumber };
    this.dates.push(date);
    this.values.push(value);
  }
}

/**
 * Collects rows `{ticker, date, price}` in columns; equal tickers and dates share one string. A row with price `NaN` counts as
 * received but is otherwise ignored, as in pandas.
 *
 * A price must be above 0; with `strict` any number is valid, as in the original.
 */
export class PriceSink implements RowSink {
  /** Number of rows received. */
  rows = 0;
  #ticker: string[] = [];
  #session: string[] = [];
  #close: number[] = [];
  #tickers = new Map<string, string>();
  #calendar = new Calendar();
  readonly #strict: boolean;

  constructor({ strict }: { strict: boolean }) {
    this.#strict = strict;
  }

  begin(): void {
    this.rows = 0;
    this.#ticker = [];
    this.#session = [];
    this.#close = [];
    this.#tickers = new Map();
    this.#calendar = new Calendar();
  }

  take(row: unknown) {
    if (!isObject(row)) return { path: "", message: notAnObject };
    const { ticker, date, price } = row;
    if (typeof ticker !== "string" || ticker === "" || ticker.length > MAX_TICKER) {
      return { path: "ticker", message: `A symbol of 1 to ${MAX_TICKER} characters is required.` };
    }
    const session = this.#calendar.dateOf(date);
    if (session === undefined) return { path: "date", message: notADate };
    this.rows++;
    if (Number.isNaN(price)) return;
    if (!isFiniteNumber(price)) return { path: "price", message: notANumber };
    if (price <= 0 && !this.#strict) return { path: "price", message: "A price above 0 is required." };
    let known = this.#tickers.get(ticker);
    if (known === undefined) this.#tickers.set(ticker, known = ticker);
    this.#ticker.push(known);
    this.#session.push(session);
    this.#close.push(price);
  }

  /** Distinct tickers in order of first appearance. */
  get tickers(): string[] {
    return [...this.#tickers.keys()];
  }

  /** Number of distinct dates. */
  get sessions(): number {
    return this.#calendar.days;
  }

  get closes(): LongCloses {
    return { ticker: this.#ticker, session: this.#session, close: this.#close };
  }
}

const MAX_TICKER = 64;
const notAnObject = "An object is required.";
const notADate = "A date such as 2024-01-31 or 20240131 is required.";
const notANumber = "A finite number is required.";

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Parses dates. Each date occurs once per ticker but is parsed only once. */
class Calendar {
  readonly #known = new Map<string, string>();
  readonly #days = new Map<string, string>();

  get days(): number {
    return this.#days.size;
  }

  /** The day of a date with or without hyphens, or of a date and time; `undefined` for anything else. */
  dateOf(text: unknown): string | undefined {
    if (typeof text !== "string") return undefined;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const parts = /^(?!0000)(?:(\d{4})(\d\d)(\d\d)|(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d[\d:.Z+-]{0,20})?)$/.exec(text);
    if (parts === null) return undefined;
    const written = parts[4] ?? parts.slice(1, 4).join("-");
    const instant = new Date(`${written}T00:00:00Z`);
    if (Number.isNaN(instant.getTime()) || instant.toISOString().slice(0, 10) !== written) return undefined;
    let day = this.#days.get(written);
    if (day === undefined) this.#days.set(written, day = written);
    this.#known.set(text, day);
    return day;
  }
}
