import type { Output } from "./asset.ts";

/** What a check found. */
export interface CheckOutcome {
  passed: boolean;
  /** A sentence for people. */
  message: string;
  /** A sample of the rows at fault. */
  failingRows?: readonly object[];
}

/** A judgement of an asset's rows before they are published. */
export interface Check<Row> {
  name: string;
  description: string;
  /** `warn` is recorded and shown; `error` makes the asset count as not in order. */
  severity: "warn" | "error";
  /** Whether a failed `error` keeps the new version from being published. */
  blocking: boolean;
  check(output: CheckedRows<Row>): CheckOutcome | Promise<CheckOutcome>;
}

/** Rows as a check sees them, whichever form the function returned. */
export interface CheckedRows<Row> {
  count: number;
  value<K extends keyof Row & string>(row: number, column: K): Row[K];
  row(row: number): Row;
  metadata: NonNullable<Output<Row>["metadata"]>;
}

/** Settings that every check takes. */
export interface CheckOptions {
  severity?: "warn" | "error";
  blocking?: boolean;
}

/** How many failing rows are kept as a sample. */
const sampleSize = 20;

/** Builds a check from a predicate on the whole. */
export function check<Row>(
  name: string,
  description: string,
  judge: (rows: CheckedRows<Row>) => CheckOutcome | Promise<CheckOutcome>,
  { severity = "error", blocking = severity === "error" }: CheckOptions = {},
): Check<Row> {
  return { name, description, severity, blocking, check: judge };
}

/** At least `minimum` rows. */
export function notEmpty<Row>(options: CheckOptions & { minimum?: number } = {}): Check<Row> {
  const { minimum = 1 } = options;
  return check(
    "not_empty",
    `At least ${minimum} ${minimum === 1 ? "row" : "rows"}.`,
    ({ count }) => ({ passed: count >= minimum, message: `${count} rows, ${minimum} needed` }),
    options,
  );
}

/** Each row meets `holds`. Makes an object of every row: for large tables, read the few columns needed in a {@link check}. */
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

/** No two rows share the values of `columns`. (The key columns of an asset are unique anyway.) */
export function unique<Row>(...columns: (keyof Row & string)[]): Check<Row> {
  return check(`unique_${columns.join("_")}`, `No two rows share ${columns.join(", ")}.`, (rows) => {
    const seen = new Set<string>();
    const failingRows: object[] = [];
    let failures = 0;
    for (let i = 0; i < rows.count; i++) {
      const value = JSON.stringify(columns.map((c) => rows.value(i, c)));
      if (!seen.has(value)) {
        seen.add(value);
        continue;
      }
      failures++;
      if (failingRows.length < sampleSize) failingRows.push(rows.row(i) as object);
    }
    return { passed: failures === 0, message: `${failures} repeated of ${rows.count}`, failingRows };
  });
}
