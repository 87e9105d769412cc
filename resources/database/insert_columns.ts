import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ColumnSpec, Database } from "./database.ts";
import { columnWriter, quoteName, quoteTable, rowCount, type ToText } from "./column_text.ts";

/** Rows a statement; measured best on the embedded database, and small enough to report progress by. */
const CHUNK_ROWS = 5_000;

type Insert = Database["insertColumns"];

/** Adds rows by one `insert … select unnest(…)` for every few thousand of them. */
export const insertByUnnest: Insert = async (tx, table, columns, data, { onProgress, signal } = {}) => {
  const total = rowCount(columns, data);
  const writers = columns.map((column) => columnWriter(column, data[column.name]!));
  const names = columns.map(({ name }) => quoteName(name)).join(", ");
  const arrays = columns.map(({ type }, i) => `$${i + 1}::text::${type}[]`).join(", ");
  const statement = `insert into ${quoteTable(table)} (${names}) select * from unnest(${arrays})`;
  for (let start = 0; start < total; start += CHUNK_ROWS) {
    signal?.throwIfAborted();
    const end = Math.min(total, start + CHUNK_ROWS);
    const literals = columns.map(({ type }, i) => arrayLiteral(writers[i]!, type, start, end));
    await tx.unsafe(statement, literals, { prepare: true });
    onProgress?.(end, total);
  }
  return total;
};

/** Numbers and dates need no quotes inside an array literal. */
function isPlain(type: ColumnSpec["type"]): boolean {
  return type !== "text" && type !== "jsonb" && type !== "timestamptz" && type !== "date";
}

function arrayLiteral(write: ToText, type: ColumnSpec["type"], start: number, end: number): string {
  const plain = isPlain(type);
  let literal = "{";
  for (let i = start; i < end; i++) {
    if (i > start) literal += ",";
    const text = write(i);
    if (text === null) literal += "NULL";
    else if (plain) literal += text;
    else literal += '"' + (/["\\]/.test(text) ? text.replace(/["\\]/g, "\\$&") : text) + '"';
  }
  return literal + "}";
}

/** Bytes a message; larger ones gain nothing and cost memory. */
const COPY_BYTES = 256 * 1024;

/** Adds rows by `COPY … FROM STDIN`, as fast as the server takes them. */
export const insertByCopy: Insert = async (tx, table, columns, data, { onProgress, signal } = {}) => {
  const total = rowCount(columns, data);
  const writers = columns.map((column) => columnWriter(column, data[column.name]!));
  if (total === 0) return 0;
  signal?.throwIfAborted();
  const names = columns.map(({ name }) => quoteName(name)).join(", ");
  const stream = await tx.unsafe(`copy ${quoteTable(table)} (${names}) from stdin`).writable();
  let row = 0;
  const chunks = Readable.from(
    (function* () {
      let text = "";
      for (; row < total; row++) {
        for (let i = 0; i < writers.length; i++) {
          const value = writers[i]!(row);
          if (i > 0) text += "\t";
          text += value === null ? "\\N" : COPY_SPECIAL.test(value) ? escapeCopy(value) : value;
        }
        text += "\n";
        if (text.length >= COPY_BYTES) {
          yield Buffer.from(text);
          text = "";
          onProgress?.(row + 1, total);
        }
      }
      if (text !== "") yield Buffer.from(text);
    })(),
    { objectMode: true },
  );
  await pipeline(chunks, stream, { signal });
  onProgress?.(total, total);
  return total;
};

const COPY_SPECIAL = /[\\\b\t\n\v\f\r]/;
const COPY_ESCAPES: Record<string, string> = {
  "\\": "\\\\",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
};

function escapeCopy(text: string): string {
  return text.replace(/[\\\b\t\n\v\f\r]/g, (character) => COPY_ESCAPES[character] ?? character);
}
