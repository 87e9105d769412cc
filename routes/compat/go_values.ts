import type { Compat } from "./strict_query.ts";

/* The original's backend read its rows into Go fields, which cannot be null: a missing value is the zero of its type, and its
   clients use the numbers without a check. */

/** A number; 0 for a missing one. */
export function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

/** A text; empty for a missing one. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A date; with `strict` in Go's form, midnight in UTC. JavaScript parses both as the same moment. */
export function dateOf(date: unknown, compat: Compat | undefined): string {
  return compat === "strict" ? `${date}T00:00:00Z` : String(date);
}
