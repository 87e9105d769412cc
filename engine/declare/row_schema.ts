import { z } from "zod";
import { createHash } from "node:crypto";
import type { ColumnData, ColumnSpec, ColumnType } from "../../resources/database/database.ts";
import { DefinitionError, InvalidRowsError } from "../errors.ts";
import { orderOf } from "./key_order.ts";
import { boundsOf, isWithin, type NumberBounds, type NumberKeywords } from "./number_bounds.ts";

/** Rows column by column: numbers in `Float64Array` (NaN is null), everything else in arrays. All of one length. */
export type Columns<Row> = {
  [K in keyof Row]: NonNullable<Row[K]> extends number ? Float64Array : readonly Row[K][];
};

/** One column of an asset's table, with the schema of its values. */
export interface RowColumn extends ColumnSpec {
  nullable: boolean;
  /** The bounds of a number if it has no other requirement: a million of them then need no zod call each. */
  bounds: NumberBounds | null;
  schema: z.ZodType;
  description: string | null;
}

/** A zod object bound to a table. */
export interface RowSchema {
  columns: readonly RowColumn[];
  primaryKey: readonly string[];
  /** Changes with any name, type or nullability: a new shape counts as new code. */
  fingerprint: string;
}

interface JsonSchema extends NumberKeywords {
  type?: string | string[];
  format?: string;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  description?: string;
  [keyword: string]: unknown;
}

/**
 * Binds a zod object to the columns of a table: `z.string()` is `text`, `z.number()` `double precision`, `z.int()` `bigint`,
 * `z.iso.date()` `date`, `z.iso.datetime()` `timestamptz`, arrays and objects `jsonb`.
 *
 * @throws {DefinitionError} If a property has no column type, or a key column is missing or nullable.
 */
export function rowSchema(owner: string, row: z.ZodObject, primaryKey: readonly string[]): RowSchema {
  const columns = Object.entries(row.shape).map(([name, schema]) => column(owner, name, schema as z.ZodType));
  for (const name of primaryKey) {
    const found = columns.find((c) => c.name === name);
    if (!found) throw new DefinitionError(`The key of "${owner}" names "${name}", which its rows do not have.`);
    if (found.nullable) throw new DefinitionError(`The key of "${owner}" names "${name}", which may be null.`);
  }
  if (primaryKey.length === 0) throw new DefinitionError(`"${owner}" has no primary key: rows need one.`);
  const shape = JSON.stringify([columns.map((c) => [c.name, c.type, c.nullable]), primaryKey]);
  return { columns, primaryKey, fingerprint: sha256(shape).slice(0, 8) };
}

function column(owner: string, name: string, schema: z.ZodType): RowColumn {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new DefinitionError(`Column "${name}" of "${owner}" must be in snake_case.`);
  }
  const json = z.toJSONSchema(schema, { unrepresentable: "any" }) as JsonSchema;
  const choices = (json.anyOf ?? [json]).flatMap(alternatives);
  const present = choices.filter((c) => c.type !== "null");
  const only = present.length === 1 ? present[0]! : undefined;
  const type = only && columnType(only);
  if (!type) {
    throw new DefinitionError(
      `Column "${name}" of "${owner}" has a schema with no column type. Use a string, number, integer, boolean, ISO date or time, array or object.`,
    );
  }
  return {
    name,
    type,
    nullable: present.length < choices.length,
    bounds: boundsOf(schema, only),
    schema,
    description: json.description ?? only.description ?? null,
  };
}

/** Expands the short form `{type: ["string", "null"]}`. */
function alternatives(json: JsonSchema): JsonSchema[] {
  return Array.isArray(json.type) ? json.type.map((type) => ({ ...json, type })) : [json];
}

function columnType(json: JsonSchema): ColumnType | undefined {
  switch (json.type ?? (json.enum?.every((v) => typeof v === "string") ? "string" : undefined)) {
    case "string":
      return json.format === "date" ? "date" : json.format === "date-time" ? "timestamptz" : "text";
    case "integer":
      return "bigint";
    case "number":
      return "double precision";
    case "boolean":
      return "boolean";
    case "array":
    case "object":
      return "jsonb";
  }
}

/** Validated rows in key order, with the version of their content. */
export interface PreparedRows {
  data: Readonly<Record<string, ColumnData>>;
  count: number;
  /** SHA-256 over the columns in key order: equal rows have equal versions, independent of place and time. */
  readonly dataVersion: string;
}

/**
 * Validates rows against their schema and puts them in key order.
 *
 * @throws {InvalidRowsError} If a value does not fit its column, columns differ in length, or two rows share a key.
 * Cost: O(n) for rows in key order, O(n log n) otherwise.
 */
export function prepareRows(owner: string, schema: RowSchema, rows: readonly object[] | Columns<object>): PreparedRows {
  const columns = Array.isArray(rows) ? toColumns(schema, rows) : { ...(rows as Record<string, ColumnData>) };
  const count = checkColumns(owner, schema, columns);
  for (const { name, type } of schema.columns) {
    if (type === "timestamptz") columns[name] = (columns[name] as readonly unknown[]).map(asStored);
  }
  const order = keyOrder(owner, schema, columns, count);
  const data = order ? rowsAt(columns, order) : columns;
  let version: string | undefined;
  return {
    data,
    count,
    // Computed when it is asked for: that of a table of partitions is another one.
    get dataVersion() {
      return version ??= dataVersion(schema, data);
    },
  };
}

function toColumns(schema: RowSchema, rows: readonly object[]): Record<string, ColumnData> {
  const columns: Record<string, ColumnData> = {};
  for (const { name, type } of schema.columns) {
    if (type === "double precision" || type === "bigint") {
      const values = new Float64Array(rows.length);
      for (let i = 0; i < rows.length; i++) {
        const value = (rows[i] as Record<string, unknown>)[name];
        // A computed NaN must not pass as null, which NaN represents in a column.
        if (value !== null && !Number.isFinite(value)) {
          throw new InvalidRowsError(`Row ${i + 1}: ${name} is ${shown(value)}, not a finite number or null.`);
        }
        values[i] = value === null ? NaN : value as number;
      }
      columns[name] = values;
    } else {
      columns[name] = rows.map((row) => (row as Record<string, unknown>)[name]);
    }
  }
  return columns;
}

/** A moment as the database returns it: its data version must not depend on trailing zeros. */
function asStored(moment: unknown): unknown {
  return typeof moment === "string" ? Temporal.Instant.from(moment).round("microsecond").toString() : moment;
}

function checkColumns(owner: string, schema: RowSchema, columns: Record<string, ColumnData>): number {
  const count = columns[schema.columns[0]!.name]?.length ?? 0;
  const known = new Set(schema.columns.map((c) => c.name));
  for (const name of Object.keys(columns)) {
    if (!known.has(name)) {
      throw new InvalidRowsError(`"${owner}" returned a column "${name}" that its rows do not have.`);
    }
  }
  for (const { name, nullable, bounds, schema: value } of schema.columns) {
    const data = columns[name];
    if (!data) throw new InvalidRowsError(`"${owner}" returned no column "${name}".`);
    if (data.length !== count) {
      throw new InvalidRowsError(`"${owner}" returned ${data.length} values of "${name}" for ${count} rows.`);
    }
    const bad = data instanceof Float64Array
      ? firstBadNumber(data, nullable, { bounds, schema: value })
      : firstBadValue(data, value);
    if (bad) {
      const row = schema.primaryKey.map((k) => `${k} ${shown(columns[k]?.[bad.row])}`).join(", ");
      throw new InvalidRowsError(`"${owner}", ${row}: ${name} is ${shown(data[bad.row])}: ${bad.problem}.`);
    }
  }
  return count;
}

interface Bad {
  row: number;
  problem: string;
}

function firstBadNumber(
  data: Float64Array,
  nullable: boolean,
  { bounds, schema }: Pick<RowColumn, "bounds" | "schema">,
): Bad | undefined {
  for (let row = 0; row < data.length; row++) {
    const value = data[row]!;
    if (Number.isNaN(value)) {
      if (!nullable) return { row, problem: "a number is required" };
    } else if (bounds === null || !isWithin(value, bounds)) {
      // The schema reports the fault.
      const parsed = schema.safeParse(value);
      if (!parsed.success) {
        return { row, problem: Number.isFinite(value) ? problemOf(parsed.error) : "a finite number is required" };
      }
    }
  }
}

function firstBadValue(data: readonly unknown[], schema: z.ZodType): Bad | undefined {
  // Tickers and sessions repeat: each value is validated once.
  const passed = new Set<unknown>();
  for (let row = 0; row < data.length; row++) {
    const value = data[row];
    if (passed.has(value)) continue;
    const parsed = schema.safeParse(value);
    if (!parsed.success) return { row, problem: problemOf(parsed.error) };
    if (typeof value !== "object" || value === null) passed.add(value);
  }
}

function problemOf(error: z.ZodError): string {
  const issue = error.issues[0]!;
  return (issue.path.length ? `${issue.path.join(".")}: ` : "") + issue.message;
}

/** The permutation that puts rows in key order, or `undefined` for rows in order. */
function keyOrder(
  owner: string,
  schema: RowSchema,
  columns: Record<string, ColumnData>,
  count: number,
): Uint32Array | undefined {
  const keys = schema.primaryKey.map((name) => columns[name]!);
  const order = orderOf(keys);
  if (!order) return undefined;
  for (let i = 1; i < count; i++) {
    if (keys.every((key) => key[order[i - 1]!] === key[order[i]!])) {
      const key = schema.primaryKey.map((name, k) => `${name} ${shown(keys[k]![order[i]!])}`).join(", ");
      throw new InvalidRowsError(`"${owner}" returned two rows with the key ${key}.`);
    }
  }
  return order;
}

/** The rows at some positions, in the order of the positions. */
export function rowsAt(
  columns: Readonly<Record<string, ColumnData>>,
  positions: Uint32Array,
): Record<string, ColumnData> {
  return Object.fromEntries(Object.entries(columns).map(([name, data]) => [name, valuesAt(data, positions)]));
}

/** Loops: `from` with a function creates an object for every value and takes ten times as long. */
function valuesAt(data: ColumnData, positions: Uint32Array): ColumnData {
  const { length } = positions;
  if (data instanceof Float64Array) {
    const numbers = new Float64Array(length);
    for (let i = 0; i < length; i++) numbers[i] = data[positions[i]!]!;
    return numbers;
  }
  const values = new Array<unknown>(length);
  for (let i = 0; i < length; i++) values[i] = data[positions[i]!];
  return values;
}

/** Number of values hashed at once: half a million strings are never joined to one. */
const hashedAtOnce = 16_384;

/**
 * The version of columns in key order.
 *
 * @param positions Ascending positions of the rows covered by the version; all rows by default.
 */
export function dataVersion(
  schema: RowSchema,
  data: Readonly<Record<string, ColumnData>>,
  positions?: Uint32Array,
): string {
  const hash = createHash("sha256").update(schema.fingerprint);
  const numbers = new Float64Array(hashedAtOnce);
  for (const { name, type } of schema.columns) {
    const values = data[name]!;
    const count = positions?.length ?? values.length;
    hash.update(`\n${name} ${count}\n`);
    for (let start = 0; start < count; start += hashedAtOnce) {
      const size = Math.min(hashedAtOnce, count - start);
      if (values instanceof Float64Array) {
        for (let i = 0; i < size; i++) {
          const value = values[positions ? positions[start + i]! : start + i]!;
          // Normalizes zero and NaN: −0 is stored as it is, but equals 0 in the database.
          numbers[i] = Number.isNaN(value) ? NaN : value + 0;
        }
        hash.update(new Uint8Array(numbers.buffer, 0, 8 * size));
      } else {
        const some = positions ? picked(values, positions, start, size) : values.slice(start, start + size);
        hash.update(JSON.stringify(some, type === "jsonb" ? sortedKeys : undefined));
      }
    }
  }
  return hash.digest("hex").slice(0, 32);
}

function picked(values: readonly unknown[], positions: Uint32Array, start: number, size: number): unknown[] {
  const some = new Array<unknown>(size);
  for (let i = 0; i < size; i++) some[i] = values[positions[start + i]!];
  return some;
}

/** Sorts object keys in JSON: jsonb does not keep their order. */
export function sortedKeys(_key: string, value: unknown): unknown {
  if (!value || typeof value !== "object" || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  // Most have one key or are in order: a copy would cost more than everything else.
  if (keys.every((key, i) => i === 0 || keys[i - 1]! < key)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
}

/** Hash of a value as JSON, independent of the order of its keys. */
export function hashOf(value: unknown): string {
  return sha256(JSON.stringify(value ?? null, sortedKeys)).slice(0, 16);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function shown(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Converts columns to rows. */
export function toRows(
  schema: { columns: readonly ColumnSpec[] },
  data: Readonly<Record<string, ColumnData>>,
): object[] {
  const names = schema.columns.map((c) => c.name).filter((name) => name in data);
  const count = names.length ? data[names[0]!]!.length : 0;
  const rows: object[] = new Array(count);
  for (let i = 0; i < count; i++) {
    const row: Record<string, unknown> = {};
    for (const name of names) {
      const values = data[name]!;
      const value = values[i];
      row[name] = values instanceof Float64Array && Number.isNaN(value) ? null : value;
    }
    rows[i] = row;
  }
  return rows;
}
