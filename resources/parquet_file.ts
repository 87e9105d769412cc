import type { DataType, Expr, LazyDataFrame, Series } from "nodejs-polars";
import { join } from "node:path";
import { daysOf, microsOf } from "./database/binary_format.ts";
import type { ColumnData, ColumnSpec } from "./database/database.ts";
import { loadPolars, type Polars } from "./polars.ts";
import { nextTurn } from "./turns.ts";

/** Days from 1970, which Parquet counts from, to 2000, which PostgreSQL counts from. */
export const DAYS_TO_2000 = 10_957;
/** Seconds from 1970 to 2000. */
export const SECONDS_TO_2000 = DAYS_TO_2000 * 86_400;
export const MICROS_A_SECOND = 1_000_000n;
/** Some milliseconds of work. */
const VALUES_BETWEEN_RESTS = 65_536;

/**
 * Columns as the bytes of one Parquet file, compressed with Zstandard.
 *
 * Types are kept: `text` is a string, `double precision` a double, `integer` and `bigint` 32 and 64 bits, `boolean` a boolean,
 * `date` a date, `timestamptz` a timestamp in UTC with microseconds; `jsonb` is its JSON text. NaN in a `Float64Array`, `null`
 * and `undefined` are null. Other work has its turn between columns; encoding runs on threads of its own.
 *
 * @param data One entry for each of `columns`, all of one length, which may be 0.
 * @throws {TypeError} If a column is missing, of another length, or holds a value that is not of its type.
 *
 * Verified: tests/resources/parquet_file_test.ts. Cost: bench/parquet.ts; 538,838 rows of 9
 * columns take 0.3 s.
 *
 * @example
 * ```ts
 * const columns = [{ name: "ticker", type: "text" }, { name: "close", type: "double precision" }] as const;
 * const file = await parquetOf(columns, { ticker: ["A", "B"], close: Float64Array.of(1.5, NaN) });
 * await Deno.writeFile(await Deno.makeTempFile({ suffix: ".parquet" }), file);
 * ```
 */
export function parquetOf(
  columns: readonly ColumnSpec[],
  data: Readonly<Record<string, ColumnData>>,
  options: FileOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return fileOf({ columns, data }, asParquet, options);
}

/**
 * The same as several files, each with the next so many rows: their columns cross into the library together.
 *
 * @param lengths Numbers of rows, together those of `data`.
 * @throws {TypeError} As {@link parquetOf} does.
 *
 * Cost: 2,636,126 rows of 12 columns in 252 files take 2 s of processor time.
 */
export function parquetsOf(
  columns: readonly ColumnSpec[],
  data: Readonly<Record<string, ColumnData>>,
  lengths: readonly number[],
  options: FileOptions = {},
): Promise<Uint8Array<ArrayBuffer>[]> {
  return filesOf({ columns, data }, lengths, asParquet, options);
}

type Sink = (frame: LazyDataFrame, path: string) => LazyDataFrame;

const asParquet: Sink = (frame, path) => frame.sinkParquet(path, { compression: "zstd" });

/**
 * The same as the bytes of one Arrow IPC file, uncompressed, so that it can be mapped into memory: with text in the layout
 * that every reader knows.
 *
 * @throws {TypeError} As {@link parquetOf} does.
 *
 * Verified: tests/resources/parquet_file_test.ts.
 */
export function arrowOf(
  columns: readonly ColumnSpec[],
  data: Readonly<Record<string, ColumnData>>,
  options: FileOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return fileOf({ columns, data }, (frame, path) => frame.sinkIpc(path, { compatLevel: "oldest" }), options);
}

interface FileOptions {
  signal?: AbortSignal;
}

interface Table {
  columns: readonly ColumnSpec[];
  data: Readonly<Record<string, ColumnData>>;
}

async function fileOf(table: Table, sink: Sink, options: FileOptions): Promise<Uint8Array<ArrayBuffer>> {
  const [file] = await filesOf(table, [rowsOf(table)], sink, options);
  return file!;
}

function rowsOf({ columns, data }: Table): number {
  return data[columns[0]?.name ?? ""]?.length ?? 0;
}

async function filesOf(
  { columns, data }: Table,
  lengths: readonly number[],
  sink: Sink,
  { signal }: FileOptions,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const polars = await loadPolars();
  const rows = rowsOf({ columns, data });
  const series: Series[] = [];
  const selected: Expr[] = [];
  let sinceRest = 0;
  for (const column of columns) {
    const values = data[column.name];
    if (values?.length !== rows) {
      throw new TypeError(`Column ${column.name} has ${values?.length ?? "no"} values for ${rows} rows.`);
    }
    const stored = storedColumn(polars, column, values);
    series.push(...stored.series);
    selected.push(stored.value.alias(column.name));
    sinceRest += rows;
    if (sinceRest >= VALUES_BETWEEN_RESTS) {
      sinceRest = 0;
      await nextTurn();
    }
    signal?.throwIfAborted();
  }
  // Written to disk rather than to memory, because only that way runs outside the thread that answers requests.
  const folder = await Deno.makeTempDir({ prefix: "tandem-rows-" });
  try {
    const path = join(folder, "rows");
    const table = polars.DataFrame(series).lazy().select(...selected);
    const whole = lengths.length === 1 ? null : await table.collect();
    const files: Uint8Array<ArrayBuffer>[] = [];
    let offset = 0;
    for (const length of lengths) {
      await sink(whole ? whole.slice(offset, length).lazy() : table, path).collect();
      signal?.throwIfAborted();
      files.push(await Deno.readFile(path));
      offset += length;
    }
    return files;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The type of a column in a file. */
export function storedType(polars: Polars, type: ColumnSpec["type"]): DataType {
  switch (type) {
    case "text":
    case "jsonb":
      return polars.Utf8;
    case "boolean":
      return polars.Bool;
    case "double precision":
      return polars.Float64;
    case "integer":
      return polars.Int32;
    case "bigint":
      return polars.Int64;
    case "date":
      return polars.Date;
    case "timestamptz":
      return polars.Datetime("us", "UTC");
  }
}

/** What a column is made of, and the expression that makes it. */
interface StoredColumn {
  series: Series[];
  value: Expr;
}

function storedColumn(polars: Polars, { name, type }: ColumnSpec, values: ColumnData): StoredColumn {
  const as = (series: Series, ...steps: ((value: Expr) => Expr)[]): StoredColumn => ({
    series: [series],
    value: steps.reduce((value, step) => step(value), polars.col(series.name)),
  });
  // Nulls travel as NaN: an array with nulls as an Int32 series has zeros in their place.
  const cast = (type: DataType) => (value: Expr) => value.cast(type, false);
  switch (type) {
    case "text":
      return as(textSeries(polars, name, values));
    case "boolean":
      return as(polars.Series(name, booleans(name, values)), cast(polars.Int32), cast(polars.Bool));
    case "jsonb":
      return as(polars.Series(
        name,
        Array.from(values, (value) => value === null || value === undefined ? null : JSON.stringify(value)),
        storedType(polars, type),
      ));
    case "double precision":
      return as(polars.Series(name, numbers(name, type, values)), (value) => value.fillNan(polars.lit(null)));
    case "integer":
      return as(polars.Series(name, numbers(name, type, values)), cast(storedType(polars, type)));
    case "bigint":
      return as(polars.Series(name, numbers(name, type, values)), cast(storedType(polars, type)));
    case "date": {
      const days = remembered(name, type, values, (text) => daysOf(text) + DAYS_TO_2000);
      return as(polars.Series(name, days), cast(polars.Int32), cast(storedType(polars, type)));
    }
    case "timestamptz":
      return timestamps(polars, name, values);
  }
}

/** Seconds and microseconds apart: together they fit a double until 2255 only, and an integer has no NaN for null. */
function timestamps(polars: Polars, name: string, values: ColumnData): StoredColumn {
  const micros = new Float64Array(values.length);
  const seconds = remembered(name, "timestamptz", values, (text, row) => {
    const instant = microsOf(text);
    if (instant === null) return NaN;
    const part = (instant % MICROS_A_SECOND + MICROS_A_SECOND) % MICROS_A_SECOND;
    micros[row] = Number(part);
    return Number((instant - part) / MICROS_A_SECOND) + SECONDS_TO_2000;
  }, false);
  const [second, micro] = [`${name} s`, `${name} us`];
  const whole = (column: string) => polars.col(column).cast(polars.Int64, false);
  return {
    series: [polars.Series(second, seconds), polars.Series(micro, micros)],
    value: whole(second).multiplyBy(polars.lit(Number(MICROS_A_SECOND)).cast(polars.Int64)).add(whole(micro))
      .cast(storedType(polars, "timestamptz")),
  };
}

function numbers(name: string, type: string, values: ColumnData): Float64Array {
  if (values instanceof Float64Array) return values;
  const written = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? NaN;
    if (typeof value !== "number") throw unfit(name, type, value);
    written[row] = value;
  }
  return written;
}

/** 1 for true, 0 for false, NaN for null. */
function booleans(name: string, values: ColumnData): Float64Array {
  const written = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? null;
    if (value !== null && typeof value !== "boolean") throw unfit(name, "boolean", value);
    written[row] = value === null ? NaN : Number(value);
  }
  return written;
}

/** Texts, of which each distinct one crosses into the library once: copying that of every row takes ten times as long. */
function textSeries(polars: Polars, name: string, values: ColumnData): Series {
  const known = new Map<string | null, number>();
  const codes = new Uint32Array(values.length);
  let last: string | null | undefined;
  let code = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? null;
    if (value !== null && typeof value !== "string") throw unfit(name, "text", value);
    if (value !== last) {
      last = value;
      code = known.get(value) ?? known.size;
      if (code === known.size) known.set(value, code);
    }
    codes[row] = code;
  }
  const texts = polars.Series(name, [...known.keys()], polars.Utf8);
  const isEach = known.size === values.length;
  return isEach ? texts : polars.DataFrame([texts.alias(TEXT)])
    .select(polars.col(TEXT).gather(polars.Series(codes) as unknown as number[])).getColumn(TEXT).alias(name);
}

/** Name of a series in a frame of its own: the library interprets some names as patterns. */
const TEXT = "text";

/** Texts as numbers, null as NaN; `read` gives NaN for what is none. With `repeat`, equal texts are read once. */
function remembered(
  name: string,
  type: string,
  values: ColumnData,
  read: (text: string, row: number) => number,
  repeat = true,
): Float64Array {
  const known = new Map<unknown, number>();
  const result = new Float64Array(values.length).fill(NaN);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value === null || value === undefined) continue;
    let number = known.get(value);
    if (number === undefined) {
      number = typeof value === "string" ? read(value, row) : NaN;
      if (Number.isNaN(number)) throw unfit(name, type, value);
      if (repeat) known.set(value, number);
    }
    result[row] = number;
  }
  return result;
}

function unfit(name: string, type: string, value: unknown): TypeError {
  return new TypeError(`Column ${name}: ${JSON.stringify(value)} is not a value of type ${type}.`);
}
