import type postgres from "postgres";
import type { Sql } from "../../resources/database/database.ts";

/** A JSON parameter: accepts anything that JSON.stringify does, which is more than the driver's type. */
export function json(sql: Sql, value: unknown): postgres.Parameter {
  return sql.json(value as postgres.JSONValue);
}

/** Copies rows without the properties that the driver adds to its arrays. */
export function plain<T>(rows: readonly T[]): T[] {
  return Array.from(rows);
}

/** An instant as a parameter. */
export function dateOf(instant: Temporal.Instant): Date {
  return new Date(instant.epochMilliseconds);
}
