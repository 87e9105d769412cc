import type postgres from "postgres";
import type { ColumnData, ColumnSpec } from "./database.ts";
import { isoInstant } from "./driver_options.ts";

type Parameters = readonly (string | number | boolean | null)[];

/** Reads a query by columns through raw rows: no object a row, no string for a number's column. */
export async function selectColumns(
  sql: postgres.Sql,
  query: string,
  parameters: Parameters,
  columns: readonly ColumnSpec[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<Record<string, ColumnData>> {
  signal?.throwIfAborted();
  const rows = await sql.unsafe(query, [...parameters]).raw() as unknown as (Uint8Array | null)[][];
  const decoder = new TextDecoder();
  const result: Record<string, ColumnData> = {};
  columns.forEach((column, i) => {
    const texts = (row: (Uint8Array | null)[]) => row[i] === null ? null : decoder.decode(row[i]!);
    if (column.type === "double precision" || column.type === "integer") {
      const numbers = new Float64Array(rows.length);
      rows.forEach((row, r) => {
        const text = texts(row);
        numbers[r] = text === null ? NaN : Number(text);
      });
      result[column.name] = numbers;
      return;
    }
    result[column.name] = rows.map((row) => {
      const text = texts(row);
      return text === null ? null : parseText(column, text);
    });
  });
  return result;
}

export function parseText(column: ColumnSpec, text: string): unknown {
  switch (column.type) {
    case "jsonb":
      return JSON.parse(text);
    case "boolean":
      return text === "t";
    case "timestamptz":
      return isoInstant(text);
    case "bigint":
      return Number.isSafeInteger(Number(text)) ? Number(text) : text;
    default:
      return text;
  }
}
