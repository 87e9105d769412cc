import { numberOfText } from "../number_text.ts";
import { MarketDataError } from "../market_data.ts";
import { SymbolPool } from "../symbol_pool.ts";
import { RowFault } from "../unusable_rows.ts";

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;

/** 10^k for the k up to which a double can be divided without a second rounding. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

const LONGEST_QUOTED_VALUE = 40;

/**
 * Reads the fields of a CSV text byte by byte and counts lines.
 *
 * Fields are separated by commas and may be quoted ("" is a quote, a quoted field ends on its line); lines end with LF or CRLF,
 * optionally the last one; empty lines and a byte order mark are skipped.
 *
 * It is written by hand to report every fault with line and column, and is also the fastest reader: see bench/csv.ts.
 */
export class CsvCursor {
  /** Line of the last field read, from 1. */
  line = 0;
  /** Whether the last field read was the last of its line. */
  lineEnded = true;

  readonly #path: string;
  readonly #bytes: Uint8Array;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #at: number;
  #lineStart = 0;
  #nextLine = 1;

  constructor(path: string, bytes: Uint8Array) {
    this.#path = path;
    this.#bytes = bytes;
    const hasByteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.#at = hasByteOrderMark ? 3 : 0;
  }

  /** Number of bytes read. */
  get position(): number {
    return this.#at;
  }

  /** Where the current line begins, in bytes. */
  get lineStart(): number {
    return this.#lineStart;
  }

  /** Moves to the end or the beginning of a line, in bytes. Lines are no longer counted right. */
  moveTo(position: number): void {
    this.#at = position;
    this.lineEnded = true;
  }

  /** Moves to the next line that is not blank; false at the end of the text. The current line must have been read to its end. */
  nextLine(): boolean {
    const bytes = this.#bytes;
    for (;;) {
      if (this.#at >= bytes.length) return false;
      this.line = this.#nextLine++;
      this.#lineStart = this.#at;
      if (bytes[this.#at] === RETURN && bytes[this.#at + 1] === NEWLINE) this.#at += 2;
      else if (bytes[this.#at] === NEWLINE) this.#at += 1;
      else break;
    }
    this.lineEnded = false;
    return true;
  }

  /** The next field as text, without quotes and surrounding blanks. */
  text(): string {
    return this.#field().trim();
  }

  /** The next field as text, without quotes. */
  #field(): string {
    const bytes = this.#bytes;
    if (bytes[this.#at] === QUOTE) return this.#quoted();
    const start = this.#at;
    let end = start;
    while (end < bytes.length && bytes[end] !== COMMA && bytes[end] !== NEWLINE) end++;
    this.#leave(end);
    return this.#decoded(start, end);
  }

  /**
   * The next field as a symbol; equal symbols read with one `pool` are the same string object.
   *
   * @throws {RowFault} If it is not a symbol.
   */
  symbol(pool: SymbolColumn): string {
    const bytes = this.#bytes;
    const start = this.#at;
    const length = pool.lastEnd - pool.lastStart;
    if (length > 0 && this.#isSeparator(start + length)) {
      let i = 0;
      while (i < length && bytes[start + i] === bytes[pool.lastStart + i]) i++;
      if (i === length) {
        this.#leave(start + length);
        return pool.last;
      }
    }
    // Other blanks belong to the spelling of the symbol.
    const text = withoutBlanks(this.#field());
    try {
      pool.last = pool.read(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw this.valueFault("ticker", text, error.message, "Write its symbol, or remove the line.");
    }
    pool.lastStart = start;
    // Fields with quotes, blanks or multi-byte characters have other bounds; they are compared as text the next time too.
    const isPlain = bytes[start] !== QUOTE && this.#isSeparator(start + text.length);
    pool.lastEnd = isPlain ? start + text.length : start;
    return pool.last;
  }

  /** The next field as a number; NaN if it is blank or "NaN". @throws {RowFault} If it is not a number. */
  number(column: string): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    let mantissa = 0;
    let digits = 0;
    let byte = bytes[at];
    while (byte !== undefined && byte >= ZERO && byte <= NINE) {
      mantissa = mantissa * 10 + byte - ZERO;
      digits++;
      byte = bytes[++at];
    }
    let decimals = 0;
    if (byte === POINT) {
      byte = bytes[++at];
      while (byte !== undefined && byte >= ZERO && byte <= NINE) {
        mantissa = mantissa * 10 + byte - ZERO;
        decimals++;
        byte = bytes[++at];
      }
    }
    digits += decimals;
    const isPlain = this.#isSeparator(at);
    // Up to 15 digits the mantissa is exact and a single division rounds correctly; anything else is parsed as text.
    if (isPlain && digits > 0 && digits <= 15) {
      this.#leave(at);
      const value = decimals === 0 ? mantissa : mantissa / POWERS_OF_TEN[decimals]!;
      return negative ? -value : value;
    }
    if (isPlain && at === start) {
      this.#leave(at);
      return NaN;
    }
    return this.#unusualNumber(column);
  }

  /**
   * The next field as a date `YYYY-MM-DD`, as the number YYYYMMDD; it need not exist in the calendar. NaN for another form; then
   * {@link text} reads the field.
   */
  dateNumber(): number {
    const bytes = this.#bytes;
    const at = this.#at;
    if (!this.#isSeparator(at + 10)) return NaN;
    if (bytes[at + 4] !== MINUS || bytes[at + 7] !== MINUS) return NaN;
    let number = 0;
    for (let i = 0; i < 10; i++) {
      if (i === 4 || i === 7) continue;
      const digit = bytes[at + i]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) return NaN;
      number = number * 10 + digit;
    }
    this.#leave(at + 10);
    return number;
  }

  /** All fields of the current line, read from its start. @throws {RowFault} If its quotes are invalid. */
  allFields(): string[] {
    this.#at = this.#lineStart;
    const fields = [this.text()];
    while (!this.lineEnded) fields.push(this.text());
    return fields;
  }

  /** The fields of the current line from its start up to the first with invalid quotes. */
  readableFields(): string[] {
    const fields: string[] = [];
    this.#at = this.#lineStart;
    this.lineEnded = false;
    try {
      while (!this.lineEnded) fields.push(this.text());
    } catch (fault) {
      if (!(fault instanceof RowFault)) throw fault;
    }
    return fields;
  }

  /** Whether the current line has only separators and blanks, as spreadsheets write below a table. */
  isBlankLine(): boolean {
    return this.readableFields().every((field) => field === "") && this.lineEnded;
  }

  /**
   * Moves to the end of the current line, from any field.
   *
   * @throws {MarketDataError} If its bytes are not UTF-8.
   */
  skipLine(): void {
    const end = this.#bytes.indexOf(NEWLINE, this.#lineStart);
    this.#decoded(this.#lineStart, end < 0 ? this.#bytes.length : end);
    this.#at = end < 0 ? this.#bytes.length : end + 1;
    this.lineEnded = true;
  }

  /** The fault of a line with too few or too many fields. */
  fieldCountFault(expected: number): RowFault {
    const count = this.allFields().length;
    return new RowFault({
      place: `line ${this.line}`,
      wrong: `${count} ${count === 1 ? "field" : "fields"} where the header has ${expected}`,
      remedy: "Correct or remove the line; write an unknown value as an empty field.",
    });
  }

  /** The fault of a value of the current line. */
  valueFault(column: string, value: string, wrong: string, remedy: string): RowFault {
    const shown = value.length > LONGEST_QUOTED_VALUE ? `${value.slice(0, LONGEST_QUOTED_VALUE)}…` : value;
    return new RowFault({ place: `line ${this.line}`, column, wrong: `${JSON.stringify(shown)} ${wrong}`, remedy });
  }

  /** @throws {MarketDataError} If these bytes are not UTF-8: then no text of the file is reliable. */
  #decoded(start: number, end: number): string {
    const field = this.#bytes.subarray(start, end);
    try {
      return this.#decoder.decode(field);
    } catch {
      const shown = new TextDecoder("windows-1252").decode(field).trim().slice(0, LONGEST_QUOTED_VALUE);
      throw new MarketDataError(
        `${this.#path}, line ${this.line}: the text is not UTF-8. As Windows-1252 (Latin-1) it would be ` +
          `${JSON.stringify(shown)}. Store the file as UTF-8, e.g. with iconv -f WINDOWS-1252 -t UTF-8.`,
      );
    }
  }

  #unusualNumber(column: string): number {
    const text = this.text();
    const value = numberOfText(text);
    if (value === undefined) {
      throw this.valueFault(column, text, "is not a number", "Correct it, or leave it empty where there is no value.");
    }
    return value;
  }

  #quoted(): string {
    const bytes = this.#bytes;
    const start = ++this.#at;
    let end = start;
    for (;; end++) {
      if (end >= bytes.length || bytes[end] === NEWLINE) {
        throw new RowFault({
          place: `line ${this.line}`,
          wrong: "a quoted field is not closed on its line",
          remedy: "Close it with a quote.",
        });
      }
      if (bytes[end] !== QUOTE) continue;
      if (bytes[end + 1] !== QUOTE) break;
      end++;
    }
    let separator = end + 1;
    if (bytes[separator] === RETURN) separator++;
    if (separator < bytes.length && bytes[separator] !== COMMA && bytes[separator] !== NEWLINE) {
      throw new RowFault({
        place: `line ${this.line}`,
        wrong: "text follows the closing quote of a field",
        remedy: "Double the quotes inside it.",
      });
    }
    this.#leave(separator);
    return this.#decoded(start, end).replaceAll('""', '"');
  }

  /** Whether a field without a separator in it ends before `at`. */
  #isSeparator(at: number): boolean {
    const byte = this.#bytes[at];
    return byte === COMMA || byte === NEWLINE || (byte === RETURN && this.#bytes[at + 1] === NEWLINE) ||
      at === this.#bytes.length;
  }

  /** Ends a field at its separator. */
  #leave(separator: number) {
    const byte = this.#bytes[separator];
    this.lineEnded = byte !== COMMA;
    this.#at = byte === RETURN ? separator + 2 : separator + 1;
  }
}

/** A column of symbols with few changes from row to row: the bytes are compared with the last symbol before they are decoded. */
export class SymbolColumn extends SymbolPool {
  last = "";
  lastStart = 0;
  lastEnd = 0;

  /** Before another text is read. */
  forgetPlace(): void {
    this.lastStart = this.lastEnd = 0;
  }
}

/** The text without surrounding blanks and tabs, and without a carriage return at the end. Cost: O(n). */
function withoutBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && " \t".includes(text[start]!)) start++;
  while (end > start && " \t\r".includes(text[end - 1]!)) end--;
  return text.slice(start, end);
}
