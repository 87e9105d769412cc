/**
 * Values of series. As few objects of the library are made as can be: their garbage is expensive to collect
 * (docs/decisions/0059_parquet_thread.md).
 *
 * @module
 */
import type { DataType, Series } from "nodejs-polars";
import type { Polars } from "./polars.ts";

/** Series are read under this name: the library interprets some names, such as `^A.*$`, as patterns. */
const COLUMN = "column";
/** So many texts cross from the library one by one faster than each distinct one does. */
const FEW = 4_096;

/** Which values of a series are null; `null` for none. */
export function nullsOf(series: Series): boolean[] | null {
  return series.nullCount() === 0 ? null : series.isNull().toArray() as boolean[];
}

/** A series of text; `null` for a null. Equal texts of a series of many rows are one string object. */
export function textsOf(polars: Polars, series: Series): (string | null)[] {
  if (series.length < FEW) return series.cast(polars.Utf8).toArray();
  const missing = nullsOf(series);
  // Each distinct text crosses from the library once; a row is a number.
  const coded = polars.DataFrame([series.cast(polars.Utf8).alias(COLUMN)])
    .select(polars.col(COLUMN).fillNull(polars.lit("")))
    .select(polars.col(COLUMN), polars.col(COLUMN).cast(polars.Categorical).toPhysical().alias("code"));
  const codes = coded.getColumn("code").toTypedArray() as Uint32Array;
  const distinct = coded.unique(["code"]);
  const texts: string[] = distinct.getColumn(COLUMN).toArray();
  const textOf = new Map(Array.from(distinct.getColumn("code").toTypedArray(), (code, i) => [code, texts[i]!]));
  return Array.from(codes, (code, row) => missing?.[row] ? null : textOf.get(code)!);
}

/** A series as integers of a type of 32 or 64 bits; 0 for a null. */
export function integersOf<Numbers extends Int32Array | BigInt64Array>(
  polars: Polars,
  series: Series,
  type: DataType,
): Numbers {
  if (series.nullCount() === 0) return series.cast(type).toTypedArray() as unknown as Numbers;
  return polars.DataFrame([series.cast(type).alias(COLUMN)])
    // The library has no typed array for a column with nulls.
    .select(polars.col(COLUMN).fillNull(polars.lit(0)).cast(type))
    .getColumn(COLUMN).toTypedArray() as unknown as Numbers;
}

/** A series of numbers as doubles; NaN for a null. */
export function doublesOf(polars: Polars, series: Series): Float64Array {
  if (series.nullCount() === 0) return series.cast(polars.Float64).toTypedArray() as Float64Array;
  return polars.DataFrame([series.cast(polars.Float64).alias(COLUMN)])
    .select(polars.col(COLUMN).fillNull(polars.lit(NaN)))
    .getColumn(COLUMN).toTypedArray() as Float64Array;
}
