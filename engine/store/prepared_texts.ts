import type { Database } from "../../resources/database/database.ts";

/** Maximum number of prepared statements: each takes a few kilobytes of every connection for its lifetime. */
const maxTexts = 64;

const texts = new WeakMap<Database, Set<string>>();

/**
 * Whether to prepare a statement built from a reader's query: parsing and planning take three times as long as a lookup by key. The
 * first ones are prepared; these are the recurring ones of pages and old clients.
 */
export function isPrepared(database: Database, text: string): boolean {
  let known = texts.get(database);
  if (!known) texts.set(database, known = new Set());
  if (known.size < maxTexts) known.add(text);
  return known.has(text);
}
