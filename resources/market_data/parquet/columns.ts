import { Buffer } from "node:buffer";
import type { DataType, Series } from "nodejs-polars";
import type { Polars } from "../../polars.ts";
import { doublesOf, integersOf, nullsOf, textsOf } from "../../polars_columns.ts";
import { nextTurn } from "../../turns.ts";
import { MarketDataError, type ReadOptions } from "../market_data.ts";
import { numberOfText } from "../number_text.ts";
import { sessionOfTimestamp } from "../sessions.ts";
import { mostUnusable, RowFault } from "../unusable_rows.ts";

const MAGIC = "PAR1";
const ENCRYPTED_MAGIC = "PARE";
const DAY_MS = 86_400_000;

/** Number of values that take some milliseconds to read. */
const VALUES_AT_ONCE = 65_536;

const NUMBERS = /^(Float|Int|UInt)\d+$|^Decimal$/;
/** Text form of a type with unit and zone, which the library does not provide otherwise. */
const DATETIME = /Datetime\((ms|us|ns),([^)]*)\)/;
const TEXTS = /^(String|Utf8|Categorical|Enum)$/;

/**
 * The columns of a Parquet file in memory, read one at a time, so that at most one is in memory twice, and yielding to other work
 * in between. Every error of the library becomes a {@link MarketDataError}.
 */
export class ParquetColumns {
  /** The column names in the order of the file. */
  readonly names: readonly string[];

  readonly #types: Readonly<Record<string, DataType>>;
  readonly #bytes: Buffer;
  #read = 0;

  /** @throws {MarketDataError} If it is not a Parquet file, or a damaged one. */
  constructor(
    private readonly polars: Polars,
    private readonly path: string,
    stored: Uint8Array<ArrayBuffer>,
    private readonly options: ReadOptions,
  ) {
    this.#bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
    refuseOtherFiles(path, this.#bytes);
    this.#types = this.#understood(() => polars.readParquet(this.#bytes, { nRows: 0 }).schema);
    this.names = Object.keys(this.#types);
  }

  /**
   * A column of numbers of any kind, or of their text, as doubles, NaN for null.
   *
   * @param onFault Called with each row whose text is not a number; its value is NaN. @throws {MarketDataError} If the column has another type.
   */
  async numbers(name: string, onFault: OnFault): Promise<Float64Array> {
    const [column] = this.#doubles([name], (_, row, fault) => onFault(row, fault), NaN);
    const numbers = this.#understood(() => doublesOf(this.polars, column!));
    await this.#rest(1);
    return numbers;
  }

  /**
   * Columns of numbers of any kind, or of their text, as series of doubles with their nulls, in the order of `names`.
   *
   * @param rows Number of rows in the file.
   * @param onFault Called with each value whose text is not a number; in the series it is infinite, like a stored infinity.
   * @throws {MarketDataError} If a column has another type.
   */
  async doubles(
    names: readonly string[],
    rows: number,
    onFault: (name: string, row: number, fault: RowFault) => void,
  ): Promise<Series[]> {
    const series: Series[] = [];
    // Several at once, because each read parses the metadata of all columns.
    const atOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / Math.max(1, rows)));
    for (let k = 0; k < names.length; k += atOnce) {
      const some = names.slice(k, k + atOnce);
      series.push(...this.#doubles(some, onFault, Infinity));
      await this.#rest(some.length);
    }
    return series;
  }

  /** A column of text, with one string object for equal texts; `null` for a null. @throws {MarketDataError} If it has another type. */
  async texts(name: string): Promise<(string | null)[]> {
    if (!TEXTS.test(this.#types[name]!.variant)) throw this.typeError(name, "text", "Store it as a string.");
    const texts = this.#pooled(name);
    await this.#rest(1);
    return texts;
  }

  /**
   * A column of sessions `YYYY-MM-DD`: dates, timestamps or their ISO 8601 text. A timestamp without zone is midnight of the
   * session; one with a zone is an instant: midnight in its zone, or else its date in New York. `null` for a missing one.
   *
   * @param onFault Called with each row without one. @throws {MarketDataError} If the column has another type.
   */
  async sessions(name: string, onFault: OnFault): Promise<(string | null)[]> {
    const type = this.#types[name]!;
    const read = sessionOfTimestamp;
    let sessions: (string | null)[];
    if (TEXTS.test(type.variant)) {
      sessions = this.#mapped(name, this.#pooled(name), { textOf: (text) => text, read, onFault });
    } else if (type.variant === "Date") {
      const textOf = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, -14);
      sessions = this.#mapped(name, this.#whole<Int32Array>(name, this.polars.Int32), { textOf, read, onFault });
    } else if (type.variant === "Datetime") {
      const [, unit, zone] = DATETIME.exec(type.toString())!;
      const nanoseconds = { ms: 1_000_000n, us: 1_000n, ns: 1n }[unit as "ms" | "us" | "ns"];
      const textOf = (stamp: bigint) => inZone(new Temporal.Instant(stamp * nanoseconds), zone!);
      sessions = this.#mapped(name, this.#whole<BigInt64Array>(name, this.polars.Int64), { textOf, read, onFault });
    } else {
      throw this.typeError(name, "dates", "Store it as a date, a timestamp or text such as 2026-11-27.");
    }
    await this.#rest(1);
    return sessions;
  }

  /** The fault of a value of a column. @param row From 0. */
  valueFault(name: string, row: number, wrong: string, remedy: string): RowFault {
    return new RowFault({ place: `row ${row + 1}`, column: name, wrong, remedy });
  }

  /** The fault of a missing value. */
  missingFault(name: string, row: number): RowFault {
    return this.valueFault(name, row, "there is no value", "Write one, or remove the row.");
  }

  /** The fault of an infinite number. */
  infinityFault(name: string, row: number, value: number): RowFault {
    const remedy = "Correct it, or leave it null where there is no value.";
    return this.valueFault(name, row, `${value} is not a finite number`, remedy);
  }

  /** The error for a column with another type than the required one. */
  typeError(name: string, wanted: string, remedy: string): MarketDataError {
    return new MarketDataError(
      `${this.path}, column ${name}: it is of type ${this.typeOf(name)} where ${wanted} are wanted. ${remedy}`,
    );
  }

  /** The type of a column, as named by the library. */
  typeOf(name: string): string {
    return this.#types[name]!.variant;
  }

  /** Whether a column can be read as numbers: it has a numeric type, or no value, or is text with at least half numbers. */
  holdsNumbers(name: string): boolean {
    const type = this.typeOf(name);
    if (NUMBERS.test(type)) return true;
    if (TEXTS.test(type)) {
      const texts = this.#pooled(name).filter((text) => text !== null);
      return texts.filter((text) => numberOfText(text) === undefined).length <= mostUnusable * texts.length;
    }
    // A writer without values has to guess the type.
    return this.#understood(() => {
      const column = this.#column(name);
      return column.nullCount() === column.length;
    });
  }

  #doubles(
    names: readonly string[],
    onFault: (name: string, row: number, fault: RowFault) => void,
    unreadable: number,
  ): Series[] {
    for (const name of names) {
      if (!this.holdsNumbers(name)) throw this.typeError(name, "numbers", "Store it as a double.");
    }
    const stored = names.filter((name) => !TEXTS.test(this.typeOf(name)));
    return this.#understood(() => {
      const frame = stored.length === 0 ? null : this.polars.readParquet(this.#bytes, { columns: stored });
      return names.map((name) => {
        if (frame && stored.includes(name)) return frame.getColumn(name).cast(this.polars.Float64);
        const texts = this.#pooled(name);
        const known = new Map<string, number | undefined>();
        const values = texts.map((text, row) => {
          if (text === null) return null;
          if (!known.has(text)) known.set(text, numberOfText(text));
          const value = known.get(text);
          if (value !== undefined) return value;
          const wrong = `${JSON.stringify(text)} is not a number`;
          onFault(
            name,
            row,
            this.valueFault(name, row, wrong, "Correct it, or leave it null where there is no value."),
          );
          return unreadable;
        });
        return this.polars.Series(name, values, this.polars.Float64);
      });
    });
  }

  #column(name: string): Series {
    return this.polars.readParquet(this.#bytes, { columns: [name] }).getColumn(name);
  }

  /** A column of dates or timestamps as the integers that they are stored as; `null` for a null. */
  #whole<Numbers extends Int32Array | BigInt64Array>(name: string, type: DataType): ArrayLike<Numbers[number] | null> {
    return this.#understood(() => {
      const column = this.#column(name);
      const missing = nullsOf(column);
      const numbers = integersOf<Int32Array>(this.polars, column, type);
      return missing === null ? numbers : Array.from(numbers, (value, row) => missing[row] ? null : value);
    }) as ArrayLike<Numbers[number] | null>;
  }

  /** A column of text; `null` for a null. */
  #pooled(name: string): (string | null)[] {
    return this.#understood(() => textsOf(this.polars, this.#column(name)));
  }

  /** Maps the values of a column, each distinct value once. */
  #mapped<T>(
    name: string,
    values: ArrayLike<T | null>,
    { textOf, read, onFault }: { textOf: (value: T) => string; read: (text: string) => string; onFault: OnFault },
  ): (string | null)[] {
    const known = new Map<T, string | RangeError>();
    const understood = (value: T): string | RangeError => {
      let text: string | undefined;
      try {
        return read(text = textOf(value));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        // A value outside every calendar has no text.
        return new RangeError(text === undefined ? `${value} is no date` : `${JSON.stringify(text)} ${error.message}`);
      }
    };
    return Array.from(values, (value, row) => {
      if (value === null) {
        onFault(row, this.missingFault(name, row));
        return null;
      }
      let found = known.get(value);
      if (found === undefined) known.set(value, found = understood(value));
      if (typeof found === "string") return found;
      onFault(row, this.valueFault(name, row, found.message, "Correct it, or remove the row."));
      return null;
    });
  }

  async #rest(columns: number): Promise<void> {
    this.options.onProgress?.(this.#read += columns, this.names.length);
    await nextTurn();
    this.options.signal?.throwIfAborted();
  }

  #understood<T>(ask: () => T): T {
    try {
      return ask();
    } catch (cause) {
      if (cause instanceof MarketDataError) throw cause;
      throw new MarketDataError(
        `${this.path} begins and ends like a Parquet file but cannot be read as one: it is damaged, or uses features that the ` +
          "reader does not support. Copy it again, or write it again with the defaults of pandas, Polars or DuckDB.",
        { cause },
      );
    }
  }
}

/** Called with a row, from 0, and its fault. */
export type OnFault = (row: number, fault: RowFault) => void;

/** Which values are missing; `null` if none are. */
/** In its zone; without a zone, a time without offset; in UTC if the zone is unknown. */
function inZone(instant: Temporal.Instant, zone: string): string {
  if (zone === "") return instant.toString().slice(0, -1);
  try {
    return instant.toZonedDateTimeISO(zone).toString({ timeZoneName: "never" });
  } catch {
    return instant.toString();
  }
}

/** Detects most other files, and truncated ones, by their first and last bytes, before the library reads them. */
function refuseOtherFiles(path: string, bytes: Buffer): void {
  const first = bytes.toString("latin1", 0, 4);
  if (first === ENCRYPTED_MAGIC) {
    throw new MarketDataError(`${path} is an encrypted Parquet file. Store it without encryption.`);
  }
  if (first !== MAGIC) {
    throw new MarketDataError(
      `${path} is not a Parquet file: it does not begin with ${MAGIC}. Name a Parquet file, or a CSV file in ` +
        "MARKET_DATA=csv:PATH.",
    );
  }
  const isWhole = bytes.length >= 12 && bytes.toString("latin1", bytes.length - 4) === MAGIC &&
    bytes.readUInt32LE(bytes.length - 8) <= bytes.length - 12;
  if (!isWhole) {
    throw new MarketDataError(
      `${path} begins like a Parquet file but does not end like one. Copy it again, to its end.`,
    );
  }
}
