import {
  type Check,
  check,
  type CheckOptions,
  type ColumnsAndOptions,
  columnsAndOptions,
  type NamedCheckOptions,
  sampleSize,
} from "../declare/check.ts";
import { combined } from "./numbered.ts";

/** At least `minimum` rows. */
export function notEmpty<Row>(options: NamedCheckOptions & { minimum?: number } = {}): Check<Row> {
  const { minimum = 1, name = "not_empty" } = options;
  return check(
    name,
    `At least ${minimum} ${minimum === 1 ? "row" : "rows"}.`,
    ({ count, from }) =>
      from === undefined
        ? { passed: count >= minimum, message: `${count} rows, ${minimum} needed` }
        : { passed: true, message: `${count} rows from ${from} on; all earlier ones stay` },
    options,
  );
}

/**
 * Each row satisfies `holds`. Creates an object for every row: for large tables, read the few columns needed in a {@link check}.
 */
export function everyRow<Row>(
  name: string,
  description: string,
  holds: (row: Row) => boolean,
  options: CheckOptions = {},
): Check<Row> {
  return check(name, description, (rows) => {
    let failures = 0;
    const failingRows: object[] = [];
    for (let i = 0; i < rows.count; i++) {
      const row = rows.row(i);
      if (holds(row)) continue;
      failures++;
      if (failingRows.length < sampleSize) failingRows.push(row as object);
    }
    return {
      passed: failures === 0,
      message: failures === 0 ? `all ${rows.count} rows` : `${failures} of ${rows.count} rows fail`,
      failingRows,
    };
  }, options);
}

/** No two rows share the values of the columns. (The key columns of an asset are unique anyway.) */
export function unique<Row>(...given: ColumnsAndOptions<Row>): Check<Row> {
  const { columns, options } = columnsAndOptions(given);
  const { name = `unique_${columns.join("_")}` } = options;
  return check(name, `No two rows share ${columns.join(", ")}.`, (rows) => {
    const values = combined(columns.map((column) => rows.column(column)));
    const failingRows: object[] = [];
    let failures = 0;
    if (hasRepeated(values)) {
      const seen = new Set<number>();
      values.forEach((value, i) => {
        if (seen.size < seen.add(value).size) return;
        failures++;
        if (failingRows.length < sampleSize) failingRows.push(rows.row(i) as object);
      });
    }
    return { passed: failures === 0, message: `${failures} repeated of ${rows.count}`, failingRows };
  }, { ...options, columns });
}

/** Sorting numbers is several times as fast as a set, and nearly always sufficient. */
function hasRepeated(values: Float64Array): boolean {
  return values.toSorted().some((value, i, sorted) => i > 0 && value === sorted[i - 1]);
}

/** No row has a null in one of the columns, even if its schema allows it. */
export function notNull<Row>(...given: ColumnsAndOptions<Row>): Check<Row> {
  const { columns, options } = columnsAndOptions(given);
  const { name = `not_null_${columns.join("_")}` } = options;
  return check(name, `No row lacks ${columns.join(" or ")}.`, (rows) => {
    const found: { column: string; missing: number }[] = [];
    const failing = new Set<number>();
    for (const column of columns) {
      const values: Float64Array | readonly unknown[] = rows.column(column);
      let missing = 0;
      for (let i = 0; i < rows.count; i++) {
        const value = values[i];
        if (value !== null && !Number.isNaN(value)) continue;
        missing++;
        if (failing.size < sampleSize) failing.add(i);
      }
      if (missing > 0) found.push({ column, missing });
    }
    return {
      passed: found.length === 0,
      message: found.length === 0
        ? `all ${rows.count} rows`
        : `${
          found.map(({ column, missing }) => `${column} is missing in ${missing}`).join(", ")
        } of ${rows.count} rows`,
      failingRows: [...failing].sort((a, b) => a - b).map((row) => rows.row(row) as object),
    };
  }, { ...options, columns });
}
