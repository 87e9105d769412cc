import type { Compat } from "./strict_query.ts";

/*
 * The original's backend read its rows into fields of Go, which know no null: what a column does not have is the zero of its type, and
 * its clients call methods on the numbers without looking.
 */

/** A number; 0 where there is none. */
export function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

/** A text; empty where there is none. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A date; with `strict` as Go writes it, midnight in UTC. Scripts read both as the same moment. */
export function dateOf(date: unknown, compat: Compat | undefined): string {
  return compat === "strict" ? `${date}T00:00:00Z` : String(date);
}
