import { DefinitionError } from "../errors.ts";
import type { Metadata } from "./metadata.ts";
import type { Columns, RowSchema } from "./row_schema.ts";

/** Result of a check. */
export interface CheckOutcome {
  passed: boolean;
  /** A sentence for people. */
  message: string;
  /** A sample of the rows at fault, or of what stands for them, with the numbers that matter. */
  failingRows?: readonly object[];
}

/** `warn` is recorded and shown; `error` makes the asset count as not in order. */
export const severities = ["warn", "error"] as const;
export type Severity = typeof severities[number];

/** A judgement of an asset's rows before they are published. */
export interface Check<Row> {
  /** Unique within the asset, and the same for as long as its results belong together. */
  name: string;
  description: string;
  severity: Severity;
  /** Whether a failed `error` keeps the new version from being published, and what is downstream waiting. */
  blocking: boolean;
  /** Columns that it reads, as far as it says: that the rows have them is found when the asset is declared. */
  columns?: readonly string[];
  check(output: CheckedRows<Row>): CheckOutcome | Promise<CheckOutcome>;
}

/** An earlier version of the asset whose rows are judged. */
export interface PastVersion {
  /** Id of the materialization. */
  materialization: number;
  rowCount: number;
  committedAt: string;
}

/** Rows as a check sees them, in key order, whichever form the function returned. */
export interface CheckedRows<Row> {
  count: number;
  value<K extends keyof Row & string>(row: number, column: K): Row[K];
  /** A whole column: numbers in a `Float64Array` (null is NaN), everything else in an array. For large tables. */
  column<K extends keyof Row & string>(column: K): Columns<Row>[K];
  row(row: number): Row;
  metadata: Metadata;
  /**
   * The materializations before this one that changed the content, latest first, at most {@link longestHistory}. Read when
   * it is asked for.
   */
  history(): Promise<readonly PastVersion[]>;
}

/** Settings that every check takes. */
export interface CheckOptions {
  severity?: Severity;
  blocking?: boolean;
}

/** Settings of a check that has a name of its own, for an asset that needs two of the kind. */
export interface NamedCheckOptions extends CheckOptions {
  name?: string;
}

/** Names of columns, and settings last where there are any. */
export type ColumnsAndOptions<Row> =
  | [...columns: (keyof Row & string)[]]
  | [...columns: (keyof Row & string)[], options: NamedCheckOptions];

/** How many failing rows are kept as a sample. */
export const sampleSize = 20;

/** How many past versions a check can look at. */
export const longestHistory = 100;

/** Builds a check from a predicate on the whole. */
export function check<Row>(
  name: string,
  description: string,
  judge: (rows: CheckedRows<Row>) => CheckOutcome | Promise<CheckOutcome>,
  { severity = "error", blocking = severity === "error", columns }: CheckOptions & { columns?: readonly string[] } = {},
): Check<Row> {
  return { name, description, severity, blocking, columns, check: judge };
}

/** Parts the columns from the settings that may follow them. */
export function columnsAndOptions<Row>(
  given: ColumnsAndOptions<Row>,
): { columns: (keyof Row & string)[]; options: NamedCheckOptions } {
  const last = given.at(-1);
  return typeof last === "object"
    ? { columns: given.slice(0, -1) as (keyof Row & string)[], options: last }
    : { columns: given as (keyof Row & string)[], options: {} };
}

/**
 * Holds the checks of an asset to what can be told before there are rows.
 *
 * @throws {DefinitionError} If two share a name, under which their results are remembered, or one reads a column that the
 * rows do not have.
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
