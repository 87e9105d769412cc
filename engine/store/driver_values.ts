import type postgres from "postgres";
import type { Sql } from "../../resources/database/database.ts";

/** A JSON parameter: anything that JSON.stringify takes, which is more than the driver's type admits. */
export function json(sql: Sql, value: unknown): postgres.Parameter {
  return sql.json(value as postgres.JSONValue);
}

/** Rows without what the driver hangs on to its arrays. */
export function plain<T>(rows: readonly T[]): T[] {
  return Array.from(rows);
}
