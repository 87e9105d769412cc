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
