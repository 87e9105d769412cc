import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { daysOf, microsOf } from "./binary_format.ts";
import type { ColumnData, ColumnSpec, Database, Sql } from "./database.ts";

/** Bytes per message: larger ones gain nothing and cost memory. */
const MESSAGE_BYTES = 256 * 1024;
const LONGEST_ASCII = 64;
const HEADER = Uint8Array.of(...new TextEncoder().encode("PGCOPY\n"), 0xff, 0x0d, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const TRAILER = Uint8Array.of(0xff, 0xff);

/**
 * Adds rows by `COPY … FROM STDIN` in binary format. The types of `columns` must be those of the table.
 *
 * @param rowsPerStatement Limits the memory of the embedded database, which buffers a whole statement.
 */
export function insertByCopy(rowsPerStatement = Infinity): Database["insertColumns"] {
  return async (tx, table, columns, data, { onProgress, signal, frozen = false } = {}) => {
    const rows = new RowEncoder(columns, data);
    const names = columns.map(({ name }) => quoteName(name)).join(", ");
    const statement = `copy ${quoteTable(table)} (${names}) from stdin (format binary${frozen ? ", freeze" : ""})`;
    while (rows.done < rows.total) {
      await copy(tx, statement, rows, Math.min(rows.total, rows.done + rowsPerStatement), { onProgress, signal });
    }
    return rows.total;
  };
}

async function copy(
  tx: Sql,
  statement: string,
  rows: RowEncoder,
  until: number,
  { onProgress, signal }: { onProgress?: (done: number, total: number) => void; signal?: AbortSignal },
): Promise<void> {
  signal?.throwIfAborted();
  const sink = await tx.unsafe(statement).writable();
  const messages = (function* () {
    yield HEADER;
    while (rows.done < until) {
      yield rows.encode(until);
      onProgress?.(rows.done, rows.total);
    }
    yield TRAILER;
  })();
  try {
    await pipeline(Readable.from(messages, { highWaterMark: 1 }), sink, { signal });
  } catch (error) {
    // The reason for which the sink was closed is more specific than its early end.
    throw sink.errored ?? error;
  }
}

/** Writes the value of one row into the encoder's buffer. */
type Write = (row: number) => void;

/** Encodes columns as rows of the binary COPY format, a piece at a time. */
class RowEncoder {
  readonly total: number;
  done = 0;
  readonly #writers: readonly Write[];
  #bytes = new Uint8Array(MESSAGE_BYTES + 64 * 1024);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  readonly #encoder = new TextEncoder();

  constructor(columns: readonly ColumnSpec[], data: Readonly<Record<string, ColumnData>>) {
    this.total = rowCount(columns, data);
    this.#writers = columns.map((column) => this.#writer(column, data[column.name]!));
  }

  /** Rows up to `until`, as many as fit a message. */
  encode(until: number): Buffer {
    this.#at = 0;
    const writers = this.#writers;
    while (this.done < until && this.#at < MESSAGE_BYTES) {
      this.#reserve(2);
      this.#view.setInt16(this.#at, writers.length);
      this.#at += 2;
      for (let i = 0; i < writers.length; i++) writers[i]!(this.done);
      this.done++;
    }
    return Buffer.from(this.#bytes.slice(0, this.#at).buffer);
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + size));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  #null(): void {
    this.#reserve(4);
    this.#view.setInt32(this.#at, -1);
    this.#at += 4;
  }

  /** Reserves a value of fixed size and returns its position. */
  #fixed(size: number): number {
    this.#reserve(4 + size);
    this.#view.setInt32(this.#at, size);
    const at = this.#at + 4;
    this.#at = at + size;
    return at;
  }

  #double(value: number): void {
    const at = this.#fixed(8);
    this.#view.setFloat64(at, value);
  }

  /** A whole number that doubles hold exactly. */
  #whole(value: number): void {
    const at = this.#fixed(8);
    this.#view.setInt32(at, Math.floor(value / 0x1_0000_0000));
    this.#view.setInt32(at + 4, value);
  }

  /** Writes a short text of ASCII alone, such as a ticker, without the encoder; false for another one. */
  #ascii(text: string): boolean {
    if (text.length > LONGEST_ASCII) return false;
    this.#reserve(4 + text.length);
    const start = this.#at + 4;
    const bytes = this.#bytes;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 0 || code > 127) return false;
      bytes[start + i] = code;
    }
    this.#view.setInt32(this.#at, text.length);
    this.#at = start + text.length;
    return true;
  }

  /** @param version The byte that precedes the text of `jsonb`. */
  #text(text: string, version?: number): void {
    this.#reserve(5 + text.length * 3);
    const start = this.#at;
    this.#at += 4;
    if (version !== undefined) this.#bytes[this.#at++] = version;
    this.#at += this.#encoder.encodeInto(text, this.#bytes.subarray(this.#at)).written;
    this.#view.setInt32(start, this.#at - start - 4);
  }

  #writer(column: ColumnSpec, data: ColumnData): Write {
    const refuse = (row: number, wanted: string): never => {
      const value = data[row];
      const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 80)) : String(value);
      throw new TypeError(`Column ${column.name} (${column.type}), row ${row}: ${shown} is not ${wanted}.`);
    };
    /** Writes NULL, and passes other values to `write`. */
    const nullable = (write: (value: unknown, row: number) => void): Write => (row) => {
      const value = data[row];
      if (value === null || value === undefined) this.#null();
      else write(value, row);
    };
    switch (column.type) {
      case "double precision":
        if (data instanceof Float64Array) {
          return (row) => {
            const value = data[row]!;
            if (Number.isNaN(value)) this.#null();
            else if (value === Infinity || value === -Infinity) refuse(row, "a finite number");
            else this.#double(value);
          };
        }
        return nullable((value, row) => {
          if (typeof value !== "number" || value === Infinity || value === -Infinity) refuse(row, "a finite number");
          else if (Number.isNaN(value)) this.#null();
          else this.#double(value);
        });
      case "integer":
        return nullable((value, row) => {
          if (Number.isNaN(value)) return this.#null();
          if (typeof value !== "number" || (value | 0) !== value) return refuse(row, "a whole number of 32 bits");
          const at = this.#fixed(4);
          this.#view.setInt32(at, value);
        });
      case "bigint":
        if (data instanceof Float64Array) {
          return (row) => {
            const value = data[row]!;
            if (Number.isNaN(value)) this.#null();
            else if (Number.isSafeInteger(value)) this.#whole(value);
            else refuse(row, "a whole number of 64 bits");
          };
        }
        return nullable((value, row) => {
          if (Number.isNaN(value)) return this.#null();
          const whole = typeof value === "bigint"
            ? value
            : Number.isSafeInteger(value)
            ? BigInt(value as number)
            : null;
          if (whole === null || BigInt.asIntN(64, whole) !== whole) return refuse(row, "a whole number of 64 bits");
          const at = this.#fixed(8);
          this.#view.setBigInt64(at, whole);
        });
      case "boolean":
        return nullable((value, row) => {
          if (typeof value !== "boolean") return refuse(row, "true or false");
          const at = this.#fixed(1);
          this.#bytes[at] = value ? 1 : 0;
        });
      case "date": {
        const known = new Map<unknown, number>();
        return nullable((value, row) => {
          let days = known.get(value);
          if (days === undefined) {
            days = daysOf(value instanceof Date ? value.toISOString().slice(0, 10) : String(value));
            if (Number.isNaN(days)) return refuse(row, "a date like 2024-12-31");
            known.set(value, days);
          }
          const at = this.#fixed(4);
          this.#view.setInt32(at, days);
        });
      }
      case "timestamptz":
        return nullable((value, row) => {
          const micros = microsOf(value instanceof Date ? value.toISOString() : String(value));
          if (micros === null) return refuse(row, "an instant like 2024-12-31T15:30:00Z");
          const at = this.#fixed(8);
          this.#view.setBigInt64(at, micros);
        });
      case "jsonb":
        return nullable((value, row) => this.#text(JSON.stringify(value) ?? refuse(row, "JSON"), 1));
      case "text":
        return nullable((value, row) => {
          if (typeof value !== "string") return refuse(row, "a string");
          if (this.#ascii(value)) return;
          if (!value.isWellFormed() || value.includes("\0")) {
            return refuse(row, "text that UTF-8 and PostgreSQL can hold");
          }
          this.#text(value);
        });
    }
  }
}

/** The number of rows. Throws if column names or array lengths do not agree. */
function rowCount(columns: readonly ColumnSpec[], data: Readonly<Record<string, ColumnData>>): number {
  let count = -1;
  let first = "";
  for (const { name } of columns) {
    const values = data[name];
    if (values === undefined) throw new TypeError(`Column ${name} has no data.`);
    if (count === -1) [count, first] = [values.length, name];
    if (values.length !== count) {
      throw new TypeError(`Column ${name} has ${values.length} values where ${first} has ${count}.`);
    }
  }
  return Math.max(count, 0);
}

/** `silver.daily_bars` → `"silver"."daily_bars"`. */
function quoteTable(table: string): string {
  return table.split(".").map(quoteName).join(".");
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
