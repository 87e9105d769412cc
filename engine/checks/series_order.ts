import type { CheckedRows } from "../declare/check.ts";
import { numbered } from "./numbered.ts";

/** Columns that make a table a set of time series. */
export interface SeriesColumns<Column extends string> {
  /** Identifies the series, e.g. `ticker`. */
  series: Column;
  /** Dates as `YYYY-MM-DD`, e.g. `session`. */
  date: Column;
}

/** Rows with these columns. */
export type RowsOf<Column extends string> = CheckedRows<Record<Column, unknown>>;

/** The rows of a table ordered by series and date. Positions refer to that order, independent of the order of the rows. */
export interface SeriesOrder {
  /** Names of the series, by number. */
  readonly series: readonly string[];
  /** All dates of the table, ascending, by number. */
  readonly dates: readonly string[];
  /** Row at each position. */
  readonly row: Uint32Array;
  /** Number of the series at each position. */
  readonly seriesAt: Uint32Array;
  /** Number of the date at each position. */
  readonly dateAt: Uint32Array;
}

/** Cached by table: several checks of one table share an order. */
const known = new WeakMap<object, Map<string, SeriesOrder>>();

/** Orders rows by series and date. Cost: O(n) for rows in that order, O(n log n) otherwise; once for a table. */
export function seriesOrder<Column extends string>(
  rows: RowsOf<Column>,
  { series, date }: SeriesColumns<Column>,
): SeriesOrder {
  let orders = known.get(rows);
  if (!orders) known.set(rows, orders = new Map());
  const name = `${series} ${date}`;
  let order = orders.get(name);
  if (!order) orders.set(name, order = ordered(rows, { series, date }));
  return order;
}

function ordered<Column extends string>(rows: RowsOf<Column>, columns: SeriesColumns<Column>): SeriesOrder {
  const n = rows.count;
  const series = numbered(textsOf(rows, columns.series));
  const date = numbered(textsOf(rows, columns.date));
  const dates = date.values.toSorted();
  const rank = new Map(dates.map((name, i) => [name, i]));
  const rankOf = Uint32Array.from(date.values, (name) => rank.get(name)!);
  // Series, date and row in one number: a typed array sorts natively. Exact: all three together stay below 2^53.
  const width = dates.length;
  const partitions = new Float64Array(n);
  let sorted = true;
  for (let i = 0; i < n; i++) {
    partitions[i] = (series.numbers[i]! * width + rankOf[date.numbers[i]!]!) * n + i;
    sorted &&= i === 0 || partitions[i - 1]! < partitions[i]!;
  }
  if (!sorted) partitions.sort();
  const row = new Uint32Array(n);
  const seriesAt = new Uint32Array(n);
  const dateAt = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const partition = sorted ? i : partitions[i]! % n;
    row[i] = partition;
    seriesAt[i] = series.numbers[partition]!;
    dateAt[i] = rankOf[date.numbers[partition]!]!;
  }
  return { series: series.values, dates, row, seriesAt, dateAt };
}

/** A column of numbers, NaN for null. @throws {RangeError} If it has other values. */
export function numbersOf<Column extends string>(rows: RowsOf<Column>, column: Column): Float64Array {
  const values: unknown = rows.column(column);
  if (values instanceof Float64Array) return values;
  throw new RangeError(`The column "${column}" holds no numbers.`);
}

function textsOf<Column extends string>(rows: RowsOf<Column>, column: Column): readonly string[] {
  const values: unknown = rows.column(column);
  if (Array.isArray(values)) return values;
  throw new RangeError(`The column "${column}" holds numbers where names or dates are wanted.`);
}
