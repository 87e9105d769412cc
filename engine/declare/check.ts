import { DefinitionError } from "../errors.ts";
import type { Metadata } from "./metadata.ts";
import type { Columns, RowSchema } from "./row_schema.ts";

/** Result of a check. */
export interface CheckOutcome {
  passed: boolean;
  /** A sentence for users. */
  message: string;
  /** A sample of the failing rows, or of summaries of them, with the relevant numbers. */
  failingRows?: readonly object[];
}

/** `warn` is recorded and shown; `error` makes the asset stale. */
export const severities = ["warn", "error"] as const;
export type Severity = typeof severities[number];

/** A test of an asset's rows before publication. */
export interface Check<Row> {
  /** Unique within the asset; results of one name form one history. */
  name: string;
  description: string;
  severity: Severity;
  /** Whether a failed `error` prevents publication of the new version and makes downstream assets wait. */
  blocking: boolean;
  /**
   * Whether it judges the whole table, by metadata of all rows, even if the rows begin on a date: then its last result counts. A failure of
   * another one stands until all of the checked rows are made again.
   */
  ofAll?: boolean;
  /** Columns that it reads, if it declares them: compared with the row schema at declaration. */
  columns?: readonly string[];
  check(output: CheckedRows<Row>): CheckOutcome | Promise<CheckOutcome>;
}

/** An earlier version of the checked asset. */
export interface PastVersion {
  materialization: number;
  rowCount: number;
  committedAt: string;
}

/** Rows as seen by a check, in key order, whichever form the function returned. */
export interface CheckedRows<Row> {
  count: number;
  value<K extends keyof Row & string>(row: number, column: K): Row[K];
  /** A whole column: numbers in a `Float64Array` (null is NaN), everything else in an array. For large tables. */
  column<K extends keyof Row & string>(column: K): Columns<Row>[K];
  row(row: number): Row;
  /** The date from which the rows are, if earlier ones stay as they are in the previous version. */
  from?: string;
  metadata: Metadata;
  /** Earlier materializations that changed the content, latest first, at most {@link longestHistory}. Read on demand. */
  history(): Promise<readonly PastVersion[]>;
}

/** Settings that every check takes. */
export interface CheckOptions {
  severity?: Severity;
  blocking?: boolean;
}

/** Settings of a check with a name of its own, for an asset that needs two of a kind. */
export interface NamedCheckOptions extends CheckOptions {
  name?: string;
}

/** Names of columns, followed by optional settings. */
export type ColumnsAndOptions<Row> =
  | [...columns: (keyof Row & string)[]]
  | [...columns: (keyof Row & string)[], options: NamedCheckOptions];

/** Number of failing rows kept as a sample. */
export const sampleSize = 20;

/** Number of past versions that a check can read. */
export const longestHistory = 100;

/** Builds a check from a predicate on all rows. */
export function check<Row>(
  name: string,
  description: string,
  judge: (rows: CheckedRows<Row>) => CheckOutcome | Promise<CheckOutcome>,
  { severity = "error", blocking = severity === "error", ofAll, columns }:
    & CheckOptions
    & { ofAll?: boolean; columns?: readonly string[] } = {},
): Check<Row> {
  return { name, description, severity, blocking, ...ofAll !== undefined && { ofAll }, columns, check: judge };
}

/** Separates the columns from the optional settings after them. */
export function columnsAndOptions<Row>(
  given: ColumnsAndOptions<Row>,
): { columns: (keyof Row & string)[]; options: NamedCheckOptions } {
  const last = given.at(-1);
  return typeof last === "object"
    ? { columns: given.slice(0, -1) as (keyof Row & string)[], options: last }
    : { columns: given as (keyof Row & string)[], options: {} };
}

/**
 * Validates the checks of an asset before there are rows.
 *
 * @throws {DefinitionError} If two share a name, which identifies their results, or one reads a column that the rows lack.
 */
export function requireSound(
  key: string,
  checks: readonly Pick<Check<never>, "name" | "columns">[],
  schema: Pick<RowSchema, "columns">,
): void {
  const seen = new Set<string>();
  const known = new Set(schema.columns.map(({ name }) => name));
  for (const { name, columns = [] } of checks) {
    const unknown = columns.find((column) => !known.has(column));
    if (unknown !== undefined) {
      throw new DefinitionError(
        `The check "${name}" of "${key}" reads the column "${unknown}", which its rows do not have. They have ${
          [...known].join(", ")
        }.`,
      );
    }
    if (seen.has(name)) {
      throw new DefinitionError(
        `Two checks of "${key}" have the name "${name}", which identifies their results: rename one.`,
      );
    }
    seen.add(name);
  }
}
