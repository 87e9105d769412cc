import type { DataFrame, Expr, LazyDataFrame, Series } from "nodejs-polars";
import { dateOf, daysOf, instantOf, microsOf } from "./database/binary_format.ts";
import type { ColumnData, ColumnSpec, ColumnType } from "./database/database.ts";
import { DAYS_TO_2000, MICROS_A_SECOND, SECONDS_TO_2000, storedType } from "./parquet_file.ts";
import { loadPolars, type Polars } from "./polars.ts";
import type { Condition } from "./row_condition.ts";
import { doublesOf, integersOf, nullsOf, textsOf } from "./polars_columns.ts";
import { nextTurn } from "./turns.ts";

/** A file to query, with the columns that {@link parquetOf} wrote. */
export interface QueriedFile {
  /** On this machine. */
  path: string;
  /** Numbers for the nulls of some columns in this file, by column. */
  instead?: Readonly<Record<string, number>>;
  /** Columns that it does not have: null in all of its rows. */
  lacks?: readonly ColumnSpec[];
}

/** A query of rows. */
export interface ParquetQuery {
  columns: readonly ColumnSpec[];
  where?: readonly Condition[];
  /** Nulls come last in both directions; texts are sorted by code points. Without it, rows keep the order of the files. */
  order?: readonly { column: ColumnSpec; descending: boolean }[];
  /** All rows by default. */
  limit?: number;
  /** Rows to leave out before those. */
  offset?: number;
  /** Only the first rows, in the order, of each value of a column. */
  firstOfEach?: { column: ColumnSpec; rows: number };
  /** Only one row of equal ones. */
  distinct?: boolean;
}

/** The rows of a query, in the memory of the library until they are disposed of. */
export interface QueriedRows extends Disposable {
  count: number;
  /** Some of them column by column, all by default. */
  read(range?: { offset: number; length: number }): Promise<Record<string, ColumnData>>;
}

/** Name of a series in a frame of its own. */
const MICROS = "micros";
/** Some milliseconds of work. */
const VALUES_BETWEEN_RESTS = 65_536;

/**
 * Queries the rows of some Parquet files together, on threads of the library: only the result crosses into this one.
 *
 * Values are those given to {@link parquetOf}: numbers in `Float64Array` with NaN for null, `date` as `YYYY-MM-DD`, `timestamptz`
 * as ISO 8601 in UTC, `jsonb` parsed.
 *
 * @throws {Error} If a file cannot be read.
 *
 * Verified: tests/resources/parquet_query_test.ts.
 */
export async function queryParquet(files: readonly QueriedFile[], query: ParquetQuery): Promise<QueriedRows> {
  const { columns, where = [], order = [], limit, offset = 0, firstOfEach, distinct = false } = query;
  if (files.length === 0) {
    return { count: 0, read: () => Promise.resolve(noRows(columns)), [Symbol.dispose]() {} };
  }
  const polars = await loadPolars();
  const used = usedColumns(query);
  const expressions = [...used].map((name) => polars.col(name));
  // Files may have other columns, or the same in another order.
  const scans = files.map((file) => scanOf(polars, file, used).select(...expressions));
  let rows = scans.length === 1 ? scans[0]! : polars.concat(scans) as unknown as LazyDataFrame;
  for (const condition of where) rows = rows.filter(expressionOf(polars, condition));
  if (order.length > 0) {
    rows = rows.sort(
      order.map(({ column }) => polars.col(column.name)),
      order.map(({ descending }) => descending),
      true,
    );
  }
  if (firstOfEach) {
    rows = rows.groupBy([firstOfEach.column.name], true).head(firstOfEach.rows) as unknown as LazyDataFrame;
  }
  if (offset > 0) rows = rows.slice(offset, limit ?? 2 ** 32 - 1) as LazyDataFrame;
  else if (limit !== undefined) rows = rows.limit(limit);
  rows = rows.select(...columns.map(({ name }) => polars.col(name)));
  if (distinct) rows = rows.unique({ maintainOrder: true });
  const frame = await rows.collect();
  return {
    count: frame.height,
    read: ({ offset, length } = { offset: 0, length: frame.height }) =>
      columnsOf(polars, offset === 0 && length >= frame.height ? frame : frame.slice(offset, length), columns),
    // The library frees them when they are collected.
    [Symbol.dispose]() {},
  };
}

/** Signature of {@link queryParquet}. */
export type QueryParquet = typeof queryParquet;

/** Names of all columns that a query needs. */
function usedColumns({ columns, where = [], order = [], firstOfEach }: ParquetQuery): Set<string> {
  const names = new Set([...columns, ...order.map(({ column }) => column)].map(({ name }) => name));
  const note = (condition: Condition) => {
    if ("column" in condition) names.add(condition.column.name);
    else for (const one of "all" in condition ? condition.all : condition.any) note(one);
  };
  where.forEach(note);
  if (firstOfEach) names.add(firstOfEach.column.name);
  return names;
}

function scanOf(
  polars: Polars,
  { path, instead = {}, lacks = [] }: QueriedFile,
  used: ReadonlySet<string>,
): LazyDataFrame {
  let scan = polars.scanParquet(path) as LazyDataFrame;
  for (const [name, value] of Object.entries(instead)) {
    if (used.has(name)) scan = scan.withColumn(polars.col(name).fillNull(polars.lit(value)).cast(polars.Int64));
  }
  for (const { name, type } of lacks) {
    if (used.has(name)) scan = scan.withColumn(polars.lit(null).cast(storedType(polars, type)).alias(name));
  }
  return scan;
}

function noRows(columns: readonly ColumnSpec[]): Record<string, ColumnData> {
  return Object.fromEntries(columns.map(({ name, type }) => [name, isNumeric(type) ? new Float64Array() : []]));
}

function isNumeric(type: ColumnType): boolean {
  return type === "double precision" || type === "integer" || type === "bigint";
}

async function columnsOf(
  polars: Polars,
  frame: DataFrame,
  columns: readonly ColumnSpec[],
): Promise<Record<string, ColumnData>> {
  if (frame.height === 0) return noRows(columns);
  const data: Record<string, ColumnData> = {};
  let sinceRest = 0;
  for (const column of columns) {
    data[column.name] = valuesOf(polars, frame, column);
    sinceRest += frame.height;
    if (sinceRest < VALUES_BETWEEN_RESTS) continue;
    sinceRest = 0;
    await nextTurn();
  }
  return data;
}

function valuesOf(polars: Polars, frame: DataFrame, { name, type }: ColumnSpec): ColumnData {
  const series = frame.getColumn(name);
  switch (type) {
    case "double precision":
    case "integer":
    case "bigint":
      return doublesOf(polars, series);
    case "boolean":
      return series.toArray() as (boolean | null)[];
    case "text":
      return textsOf(polars, series);
    case "jsonb":
      // A value of its own for each row: values may be changed by who reads them.
      return textsOf(polars, series).map((text) => text === null ? null : JSON.parse(text));
    case "date":
      return mapped(nullsOf(series), integersOf<Int32Array>(polars, series, polars.Int32), textOfDay);
    case "timestamptz":
      return timestampsOf(polars, series);
  }
}

/** Each distinct value is mapped once. */
function mapped<T>(missing: boolean[] | null, values: ArrayLike<T>, textOf: (value: T) => string): (string | null)[] {
  const known = new Map<T, string>();
  const texts = new Array<string | null>(values.length);
  for (let row = 0; row < values.length; row++) {
    if (missing?.[row]) {
      texts[row] = null;
      continue;
    }
    const value = values[row]!;
    let text = known.get(value);
    if (text === undefined) known.set(value, text = textOf(value));
    texts[row] = text;
  }
  return texts;
}

/** In two parts, because the library hands 64-bit integers over as doubles: whole seconds in microseconds are multiples of 2^6. */
function timestampsOf(polars: Polars, series: Series): (string | null)[] {
  const missing = nullsOf(series);
  const micros = polars.col(MICROS);
  const second = polars.lit(Number(MICROS_A_SECOND)).cast(polars.Int64);
  const parts = polars.DataFrame([series.cast(polars.Int64).alias(MICROS)])
    .select(micros.sub(micros.modulo(second)).alias("whole"), micros.modulo(second).alias("part"));
  const [whole, part] = [doublesOf(polars, parts.getColumn("whole")), doublesOf(polars, parts.getColumn("part"))];
  const offset = BigInt(SECONDS_TO_2000) * MICROS_A_SECOND;
  return Array.from(
    whole,
    (value, row) => missing?.[row] ? null : instantOf(BigInt(value) + BigInt(part[row]!) - offset),
  );
}

function textOfDay(day: number): string {
  return dateOf(day - DAYS_TO_2000);
}

function expressionOf(polars: Polars, condition: Condition): Expr {
  if ("all" in condition) {
    return condition.all.map((one) => expressionOf(polars, one)).reduce((a, b) => a.and(b), polars.lit(true));
  }
  if ("any" in condition) {
    return condition.any.map((one) => expressionOf(polars, one)).reduce((a, b) => a.or(b), polars.lit(false));
  }
  const { column } = condition;
  if ("isNull" in condition) {
    const value = polars.col(column.name);
    return condition.isNull ? value.isNull() : value.isNotNull();
  }
  if ("contains" in condition) {
    const pattern = condition.contains.split(/([a-z]+)/i).map((part, i) =>
      i % 2 === 0 ? RegExp.escape(part) : [...part].map((c) => `[${c.toLowerCase()}${c.toUpperCase()}]`).join("")
    );
    return polars.col(column.name).str.contains(pattern.join("")).fillNull(polars.lit(false));
  }
  if ("lists" in condition) {
    // As JSON is written: within a text, quotes are escaped.
    const { field, text } = condition.lists;
    const member = `${JSON.stringify(field)}:${JSON.stringify(text)}`;
    return polars.col(column.name).str.contains(RegExp.escape(member)).fillNull(polars.lit(false));
  }
  const own = comparable(polars, column);
  if ("in" in condition) return oneOf(polars, column, condition.in);
  // A comparison with null is null, which a filter drops; within `any` it must be false.
  return own[methods[condition.is]](literal(polars, column, condition.value)).fillNull(polars.lit(false));
}

const methods = { eq: "eq", ne: "neq", lt: "lt", lte: "ltEq", gt: "gt", gte: "gtEq" } as const;

function oneOf(polars: Polars, column: ColumnSpec, values: readonly string[]): Expr {
  if (values.length === 0) return polars.lit(false);
  const own = comparable(polars, column);
  const list = column.type === "text"
    ? polars.Series("values", [...values], polars.Utf8)
    : column.type === "timestamptz"
    ? undefined
    : polars.Series("values", Float64Array.from(values, (text) => numberOf(column, text)));
  if (list === undefined) {
    return values.map((value) => own.eq(literal(polars, column, value))).reduce((a, b) => a.or(b))
      .fillNull(polars.lit(false));
  }
  const compared = column.type === "text" ? own : own.cast(polars.Float64);
  // As a literal, because the library takes a series for one value for each row.
  return compared.isIn(polars.lit(list)).fillNull(polars.lit(false));
}

/** A column as what its literals compare with. */
function comparable(polars: Polars, { name, type }: ColumnSpec): Expr {
  const column = polars.col(name);
  switch (type) {
    case "date":
    case "boolean":
      return column.cast(polars.Int32);
    case "timestamptz":
      return column.cast(polars.Int64);
    default:
      return column;
  }
}

function literal(polars: Polars, column: ColumnSpec, text: string): Expr {
  if (column.type === "text") return polars.lit(text);
  if (column.type !== "timestamptz") return polars.lit(numberOf(column, text));
  // In two parts, each of which fits a double.
  const micros = microsOf(text)!;
  const part = (micros % MICROS_A_SECOND + MICROS_A_SECOND) % MICROS_A_SECOND;
  const seconds = Number((micros - part) / MICROS_A_SECOND) + SECONDS_TO_2000;
  const whole = (number: number) => polars.lit(number).cast(polars.Int64);
  return whole(seconds).multiplyBy(whole(Number(MICROS_A_SECOND))).add(whole(Number(part)));
}

/** Beyond 2^53 rounded, where no column has integers. */
function numberOf({ name, type }: ColumnSpec, text: string): number {
  switch (type) {
    case "date":
      return daysOf(text) + DAYS_TO_2000;
    case "boolean":
      return text === "true" ? 1 : 0;
    case "double precision":
    case "integer":
    case "bigint":
      return Number(text);
    default:
      throw new TypeError(`Column ${name} of type ${type} cannot be compared.`);
  }
}
