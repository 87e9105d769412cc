import type { Clock } from "../../resources/clock.ts";
import type { Metadata, PartitionsDefinition, PartitionSet, Wanted } from "../../engine/mod.ts";
import type { ImportedRows } from "./imported_rows.ts";
import type { ImportResources, PendingImport } from "./resources.ts";

/** Rows of an import, with the metadata of their materialization. */
interface Taken<Row> {
  rows: Row[];
  metadata: Metadata;
}

/**
 * Partitions of imported assets: those of the import in progress are wanted; those of earlier imports are kept. Other processes
 * want none, so that imported rows neither become stale nor are removed.
 */
export function importedOnce(
  wanted: (rows: ImportedRows) => Wanted,
  chunks?: (partitions: PartitionSet) => readonly PartitionSet[],
): PartitionsDefinition<never, Record<string, never>, ImportResources> {
  return {
    wanted: ({ resources: { pendingImport } }) => pendingImport ? wanted(pendingImport.rows) : { names: [], dates: [] },
    gone: "keep",
    ...(chunks && { chunks: (partitions: PartitionSet) => chunks(partitions) }),
  };
}

/** Version of the import in progress. */
export function importVersion({ resources: { pendingImport } }: { resources: ImportResources; clock: Clock }) {
  return Promise.resolve(pendingImport?.version ?? "none");
}

/**
 * Rows of the import in progress, plus those of earlier imports in the same partitions; equal keys are replaced. Importing the
 * same rows again changes nothing.
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

/** The import in progress. @throws {Error} In another process, which wants no partitions and must not be asked for any. */
export function pendingOf({ pendingImport }: ImportResources): PendingImport {
  if (pendingImport) return pendingImport;
  throw Object.assign(new Error("The process that imported these rows has ended. Run `deno task import` again."), {
    retryable: false,
  });
}
