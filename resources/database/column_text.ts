import type { ColumnData, ColumnSpec } from "./database.ts";

/** Writes one value of a column as PostgreSQL text; `null` stands for SQL NULL. */
export type ToText = (index: number) => string | null;

/**
 * How to write the values of a column as text.
 *
 * @throws {TypeError} If a value is not of the column's type, naming column, row and value.
 */
export function columnWriter(column: ColumnSpec, data: ColumnData): ToText {
  const refuse = (index: number, wanted: string): never => {
    const value = data[index];
    const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 80)) : String(value);
    throw new TypeError(`Column ${column.name} (${column.type}), row ${index}: ${shown} is not ${wanted}.`);
  };
  const numberText = (value: number) => Object.is(value, -0) ? "-0" : String(value);
  if (data instanceof Float64Array) {
    const whole = column.type === "integer" || column.type === "bigint";
    if (!whole && column.type !== "double precision") {
      throw new TypeError(`Column ${column.name} (${column.type}) cannot be filled from a Float64Array.`);
    }
    return (index) => {
      const value = data[index]!;
      if (value !== value) return null;
      if (value === Infinity || value === -Infinity) return refuse(index, "a finite number");
      if (whole && !Number.isSafeInteger(value)) return refuse(index, "a whole number");
      return numberText(value);
    };
  }
  switch (column.type) {
    case "double precision":
      return (index) => {
        const value = data[index];
        if (value === null || value === undefined || Number.isNaN(value)) return null;
        if (typeof value !== "number" || !Number.isFinite(value)) return refuse(index, "a finite number");
        return numberText(value);
      };
    case "integer":
    case "bigint":
      return (index) => {
        const value = data[index];
        if (value === null || value === undefined || Number.isNaN(value)) return null;
        if (typeof value === "bigint" || Number.isSafeInteger(value)) return String(value);
        // The exact form in which large ones are read back.
        if (typeof value === "string" && /^-?\d+$/.test(value)) return value;
        return refuse(index, "a whole number");
      };
    case "boolean":
      return (index) => {
        const value = data[index];
        if (value === null || value === undefined) return null;
        return typeof value === "boolean" ? (value ? "t" : "f") : refuse(index, "true or false");
      };
    case "jsonb":
      return (index) => {
        const value = data[index];
        if (value === null || value === undefined) return null;
        return JSON.stringify(value) ?? refuse(index, "JSON");
      };
    case "date":
    case "timestamptz":
      return (index) => {
        const value = data[index];
        if (value === null || value === undefined) return null;
        if (typeof value === "string") return value;
        if (!(value instanceof Date)) return refuse(index, "a date");
        return column.type === "date" ? value.toISOString().slice(0, 10) : value.toISOString();
      };
    case "text":
      return (index) => {
        const value = data[index];
        if (value === null || value === undefined) return null;
        return typeof value === "string" ? value : refuse(index, "a string");
      };
  }
}

/** Column names and array lengths agree, or a message says which do not. */
export function rowCount(columns: readonly ColumnSpec[], data: Readonly<Record<string, ColumnData>>): number {
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
export function quoteTable(table: string): string {
  return table.split(".").map(quoteName).join(".");
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
