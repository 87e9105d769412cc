import type { Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import type { PartitionSet } from "../partitions/mod.ts";
import { contentChange, contentOf, type DateRanges } from "../store/asset_table.ts";
import type { StagedRows } from "../store/staged_rows.ts";

/** Numbers of rows, and the content of all current rows if it is known. */
export interface Changes {
  added: number;
  removed: number;
  known?: StagedRows["content"];
  /** The sum of the hashes of the added rows if it is known, and none was removed. */
  appended?: bigint | null;
}

/**
 * The version of a partitioned table, or of one that is carried on, from the sum of its rows' hashes and the shape of the rows, and
 * its number of rows.
 *
 * @param before The version that the part was added to; `undefined` if unknown.
 */
export async function contentAfter(
  tx: Sql,
  asset: AnyAsset,
  { id, within, dates, changes, before }: {
    id: number;
    /** Where rows may have changed. */
    within: PartitionSet | null;
    dates: DateRanges | null;
    changes: Changes;
    before: { dataVersion: string; rowCount: number } | undefined;
  },
): Promise<{ dataVersion: string; rowCount: number }> {
  const { fingerprint } = asset.schema;
  if (!before?.dataVersion.endsWith(`.${fingerprint}`)) {
    const { sum, count } = changes.known ?? await contentOf(tx, asset);
    return { dataVersion: partitionVersion(asset, sum), rowCount: count };
  }
  if (changes.added + changes.removed === 0) return { dataVersion: before.dataVersion, rowCount: before.rowCount };
  const sum = BigInt(`0x${before.dataVersion.slice("cells.".length, -fingerprint.length - 1)}`);
  const change = changes.appended ?? await contentChange(tx, asset, { id, within, dates });
  return {
    dataVersion: partitionVersion(asset, sum + change),
    rowCount: before.rowCount + changes.added - changes.removed,
  };
}

/** The data version of a partitioned asset, from the sum of its rows' hashes. */
export function partitionVersion({ schema }: AnyAsset, sum: bigint): string {
  return `cells.${BigInt.asUintN(64, sum).toString(16).padStart(16, "0")}.${schema.fingerprint}`;
}

/** Whether a data version is a sum over rows. */
export function isPartitionVersion(version: string): boolean {
  return version.startsWith("cells.");
}
