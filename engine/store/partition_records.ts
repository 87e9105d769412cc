import type { Rectangle } from "../partitions/mod.ts";
import type { StepError } from "./records.ts";
import type { Versions } from "./reasons.ts";

/** Partitions that are what they would be if this materialization had made them. */
export interface MadePartitions extends Omit<Versions, "remake" | "failedChecks"> {
  partitions: readonly Rectangle[];
  /** Why they are to be made again regardless of their inputs. */
  remake: readonly string[];
  /** Checks of severity `error` that they were published in spite of, with the asset that each judges. */
  failedChecks: readonly { key: string; check: string }[];
  /** Why their rows are not in the tables any more; `null` where they are. */
  lost: string | null;
}

/** Partitions that could not be made when they were last tried. */
export interface FailedPartitions {
  partitions: readonly Rectangle[];
  runId: number;
  error: StepError;
  failedAt: string;
}

/** Records of the partitions of all assets. */
export interface PartitionRecords {
  /** By producer. */
  made: ReadonlyMap<string, readonly MadePartitions[]>;
  /** By producer. */
  failed: ReadonlyMap<string, readonly FailedPartitions[]>;
  /** Coordinates of assets that are made as a whole, and of the partitions that are made of others, by key. */
  extents: ReadonlyMap<string, { names: readonly string[] | null; dates: readonly string[] | null }>;
  /** What changed in assets with partitions, oldest first, by key; `null` where that may be everything. */
  changes: ReadonlyMap<string, readonly { materialization: number; changed: readonly Rectangle[] | null }[]>;
}
