import type { Database } from "../../resources/database/database.ts";

/** A statement that is prepared stays with each connection for good, a few kilobytes of it: more than these are not. */
const maxTexts = 64;

const texts = new WeakMap<Database, Set<string>>();

/**
 * Whether a statement that a reader's query has made is to be prepared: parsing and planning take three times as long as a
 * lookup by the key does. The first that come are; they are those of pages and old clients, which go on coming.
 */
export function isPrepared(database: Database, text: string): boolean {
  let known = texts.get(database);
  if (!known) texts.set(database, known = new Set());
  if (known.size < maxTexts) known.add(text);
  return known.has(text);
}
