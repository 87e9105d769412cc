import type { Clock } from "../../resources/clock.ts";
import type { Metadata, PartitionsDefinition, PartitionSet, Wanted } from "../../engine/mod.ts";
import type { ImportedRows } from "./imported_rows.ts";
import type { ImportResources, PendingImport } from "./resources.ts";

/** Rows of an import, and what their materialization says of itself. */
interface Taken<Row> {
  rows: Row[];
  metadata: Metadata;
}

/**
 * How rows of imports become partitions: those of the import that is under way are wanted, and what earlier ones brought stays. In any
 * other process none is wanted, so that what was imported neither becomes stale nor goes.
 */
export function takenOnce(
  wanted: (rows: ImportedRows) => Wanted,
  chunks?: (partitions: PartitionSet) => readonly PartitionSet[],
): PartitionsDefinition<never, Record<string, never>, ImportResources> {
  return {
    wanted: ({ resources: { pendingImport } }) => pendingImport ? wanted(pendingImport.rows) : { names: [], dates: [] },
    gone: "keep",
    ...(chunks && { chunks: (partitions: PartitionSet) => chunks(partitions) }),
  };
}

/** Names the import that is under way. */
export function importVersion({ resources: { pendingImport } }: { resources: ImportResources; clock: Clock }) {
  return Promise.resolve(pendingImport?.version ?? "none");
}

/**
 * Rows of the import that is under way together with what earlier imports brought in the same partitions, of which those of the same key
 * give way. Importing the same again changes nothing.
 */
export function withEarlier<Row extends object>(
  { from, version, rejected }: PendingImport,
  { kind, rows, earlier, keyOf }: {
    kind: keyof ImportedRows;
    rows: readonly Row[];
    earlier: readonly Row[];
    keyOf: (row: Row) => string;
  },
): Taken<Row> {
  const known = new Set(rows.map(keyOf));
  const stays = earlier.filter((row) => !known.has(keyOf(row)));
  return {
    rows: [...rows, ...stays],
    metadata: { source: "imported", from, import: version, imported: rows.length, ...rejected[kind].metadata },
  };
}

/** The import that is under way. @throws {Error} In another process: it wants no partition, and nothing can ask it for any. */
export function pendingOf({ pendingImport }: ImportResources): PendingImport {
  if (pendingImport) return pendingImport;
  throw Object.assign(new Error("The process that imported these rows has ended. Run `deno task import` again."), {
    retryable: false,
  });
}
