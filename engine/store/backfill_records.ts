import type { PartitionRange } from "../partitions/partition_range.ts";
import type { RunStatus } from "./records.ts";
import type { SomePartitions } from "./reasons.ts";

export type BackfillStatus = "running" | "paused" | "succeeded" | "failed" | "cancelled";

/** Dates with both ends included, and names; what is left out is not restricted. */
export type BackfillRange = Omit<PartitionRange, "partitions">;

/** A request to materialize a range piece by piece. */
export interface BackfillRequest extends BackfillRange {
  /** See {@link select}. */
  selection: string;
  /** Make every partition of the range again, stale or not. */
  force?: boolean;
}

/** What limits how fast an asset can be made: the vendor's rate, or the work itself as it went before. */
export type Bound = "calls" | "history";

/** What a backfill would do for one asset, in its turn. */
export interface PlannedAsset {
  key: string;
  /** All assets that the same function makes. */
  produces: readonly string[];
  /** The partitions that it would make; `null` for an asset that is made as a whole. */
  partitions: SomePartitions | null;
  /** In how many calls of its function; each is published by itself. */
  parts: number;
  /** Calls of the vendor; `null` where it does not say that it makes any. */
  vendorCalls: number | null;
  /** How long that takes; `null` where it never ran and makes no calls. */
  seconds: number | null;
  boundBy: Bound | null;
  /** False where something upstream in this plan may bring further partitions to light. */
  certain: boolean;
}

/** Partitions that are left out, because what they read is missing and no part of the backfill. */
export interface SkippedPartitions {
  key: string;
  upstream: string;
  partitions: SomePartitions;
}

/** What a backfill would do, in order. */
export interface BackfillPlan {
  selection: string;
  range: BackfillRange;
  force: boolean;
  /** Those with something to do, in the order in which they are made. */
  assets: readonly PlannedAsset[];
  skipped: readonly SkippedPartitions[];
  /** Selected assets with nothing to do. */
  fresh: readonly string[];
  /** Names of the range that no selected asset has. */
  unknownNames: readonly string[];
  partitions: number;
  vendorCalls: number;
  /** How long all of it takes, as far as that is known. */
  seconds: number;
  /** Assets without an estimate, because they never ran: their time comes on top. */
  unknown: readonly string[];
}

/** States of a partition within a backfill. */
export const backfillPartitionStates = ["done", "running", "missing", "failed", "skipped"] as const;
export type BackfillPartitionState = typeof backfillPartitionStates[number];

/** How many partitions of a backfill are in each state. */
export type BackfillProgress = Record<BackfillPartitionState, number> & { partitions: number };

/** An asset within a backfill. */
export interface BackfillAssetState {
  key: string;
  /** Where it stands as a whole: the state of most interest among its partitions, or that of the asset that has none. */
  state: BackfillPartitionState;
  /** Its partitions by state; `null` for an asset that is made as a whole. */
  partitions: Record<BackfillPartitionState, SomePartitions> | null;
  /** Why partitions are skipped or failed, in a sentence. */
  message: string | null;
  /** How long the rest takes, at the rate of this backfill so far or of what ran before; `null` where that is unknown. */
  remainingSeconds: number | null;
}

/** A run that a backfill began. */
export interface BackfillRun {
  id: number;
  status: RunStatus;
  selection: string;
  partitions: number | null;
  done: number | null;
  failed: number | null;
  error: string | null;
  startedAt: string | null;
  finishedAt: string | null;
}

/** A backfill, for lists. */
export interface BackfillSummary {
  id: number;
  /** Who asked: `http`, `cli`. */
  trigger: string;
  selection: string;
  range: BackfillRange;
  force: boolean;
  status: BackfillStatus;
  /** Why it paused by itself, or what kept it from succeeding. */
  reason: string | null;
  progress: BackfillProgress;
  createdAt: string;
  finishedAt: string | null;
}

/** A backfill with all there is to know of it. */
export interface Backfill extends BackfillSummary {
  /** What it was going to do when it was asked for. */
  plan: BackfillPlan;
  /** In the order in which they are made. */
  assets: readonly BackfillAssetState[];
  /** The last ones, newest first. */
  runs: readonly BackfillRun[];
  runCount: number;
  /** How long the rest takes while it runs, as far as that is known. */
  remainingSeconds: number | null;
  /** When it will be done at that rate; `null` unless it is running and the rate is known. */
  expectedAt: string | null;
}

/** Whether it has ended; only a retry goes on with it. */
export function isBackfillOver(status: BackfillStatus): boolean {
  return status !== "running" && status !== "paused";
}
