import type { Rectangle } from "../partitions/mod.ts";
import type { StepError } from "./records.ts";
import type { Versions } from "./reasons.ts";

/** Partitions with the inputs of a materialization: equal to what it would have made. */
export interface MadePartitions extends Omit<Versions, "remake" | "failedChecks"> {
  partitions: readonly Rectangle[];
  /** Why they have to be made again regardless of their inputs. */
  remake: readonly string[];
  /** Failed checks of severity `error` despite which they were published, each with its asset. */
  failedChecks: readonly { key: string; check: string }[];
  /** Why their rows are gone from the tables; `null` if they are not. */
  lost: string | null;
}

/** Partitions whose last attempt failed. */
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
  /** Coordinates of unpartitioned assets, and of the partitions of others, by key. */
  extents: ReadonlyMap<string, { names: readonly string[] | null; dates: readonly string[] | null }>;
  /** Changes of partitioned assets, oldest first, by key; `null` if anything may have changed. */
  changes: ReadonlyMap<string, readonly { materialization: number; changed: readonly Rectangle[] | null }[]>;
}
