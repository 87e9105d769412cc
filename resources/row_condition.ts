import type { ColumnSpec } from "./database/database.ts";

export type Comparison = "eq" | "ne" | "lt" | "lte" | "gt" | "gte";

/** A condition on a row. Values are texts, as PostgreSQL reads them. A null satisfies only `isNull: true`, not even `ne`. */
export type Condition =
  | { column: ColumnSpec; is: Comparison; value: string }
  | { column: ColumnSpec; in: readonly string[] }
  | { column: ColumnSpec; isNull: boolean }
  /** A text that contains this one; letters of ASCII in any case. */
  | { column: ColumnSpec; contains: string }
  /** A JSON list with an object whose field has this text. */
  | { column: ColumnSpec; lists: { field: string; text: string } }
  | { all: readonly Condition[] }
  | { any: readonly Condition[] };
