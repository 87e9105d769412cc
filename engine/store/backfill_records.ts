import { z } from "zod";
import { PartitionRange } from "../partitions/partition_range.ts";
import { byName, instant, list, named } from "../record_schema.ts";
import { runStatuses } from "./records.ts";
import { SomePartitions } from "./reasons.ts";

export const backfillStatuses = ["running", "paused", "succeeded", "failed", "cancelled"] as const;
export type BackfillStatus = typeof backfillStatuses[number];

/** Dates with both ends included, and names; an omitted field restricts nothing. */
export const BackfillRange = PartitionRange.omit({ partitions: true });
export type BackfillRange = z.infer<typeof BackfillRange>;

/** A request to materialize a range part by part. */
export interface BackfillRequest extends BackfillRange {
  /** See {@link select}. */
  selection: string;
  /** Make every partition of the range again, stale or not. */
  force?: boolean;
}

/** What limits the rate of an asset: the vendor's rate limit, or the past duration of the work. */
export const bounds = ["calls", "history"] as const;

/** The plan of a backfill for one asset. */
export const PlannedAsset = z.strictObject({
  key: z.string(),
  /** All assets that the same function makes. */
  produces: list(z.string()),
  /** The partitions to make; `null` for an unpartitioned asset. */
  partitions: SomePartitions.nullable(),
  /** Number of calls of its function; each is published separately. */
  parts: z.int(),
  /** Calls of the vendor; `null` if the asset declares none. */
  vendorCalls: z.number().nullable(),
  /** Estimated duration; `null` if it never ran and makes no calls. */
  seconds: z.number().nullable(),
  boundBy: z.enum(bounds).nullable(),
  /** False if upstream assets of this plan may reveal further partitions. */
  certain: z.boolean(),
});
export type PlannedAsset = z.infer<typeof PlannedAsset>;

/** Partitions left out because their upstream is missing and not part of the backfill. */
export const SkippedPartitions = z.strictObject({
  key: z.string(),
  upstream: z.string(),
  /** Whether the backfill contains the upstream asset, though not the partitions that are read. */
  selected: z.boolean(),
  partitions: SomePartitions,
});
export type SkippedPartitions = z.infer<typeof SkippedPartitions>;

/** The plan of a backfill, in order. */
export const BackfillPlan = named(
  "BackfillPlan",
  z.strictObject({
    selection: z.string(),
    range: BackfillRange,
    force: z.boolean(),
    /** Those with something to do, in dependency order. */
    assets: list(PlannedAsset),
    skipped: list(SkippedPartitions),
    /** Selected assets with nothing to do. */
    fresh: list(z.string()),
    /** Names of the range that no selected asset has. */
    unknownNames: list(z.string()),
    partitions: z.int(),
    vendorCalls: z.number(),
    /** Sum of the known durations. */
    seconds: z.number(),
    /** Assets without an estimate, because they never ran: their time is not included. */
    unknown: list(z.string()),
  }),
);
export type BackfillPlan = z.infer<typeof BackfillPlan>;

/** States of a partition within a backfill. */
export const backfillPartitionStates = ["done", "running", "missing", "failed", "skipped"] as const;
export type BackfillPartitionState = typeof backfillPartitionStates[number];

/** Numbers of partitions of a backfill by state, and in total. */
const BackfillProgress = byName([...backfillPartitionStates, "partitions"], z.int());
export type BackfillProgress = z.infer<typeof BackfillProgress>;

/** An asset within a backfill. */
export const BackfillAssetState = z.strictObject({
  key: z.string(),
  /** The state of most interest among its partitions, or the state of an unpartitioned asset. */
  state: z.enum(backfillPartitionStates),
  /** Its partitions by state; `null` for an unpartitioned asset. */
  partitions: byName(backfillPartitionStates, SomePartitions).nullable(),
  /** Why partitions are skipped or failed, as a sentence. */
  message: z.string().nullable(),
  /** Remaining time, at the rate of this backfill or of earlier steps; `null` if unknown. */
  remainingSeconds: z.number().nullable(),
});
export type BackfillAssetState = z.infer<typeof BackfillAssetState>;

/** A run of a backfill. */
export const BackfillRun = z.strictObject({
  id: z.int(),
  status: z.enum(runStatuses),
  selection: z.string(),
  partitions: z.int().nullable(),
  done: z.int().nullable(),
  failed: z.int().nullable(),
  error: z.string().nullable(),
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
});
export type BackfillRun = z.infer<typeof BackfillRun>;

/** A backfill, for lists. */
export const BackfillSummary = named(
  "BackfillSummary",
  z.strictObject({
    id: z.int(),
    /** Trigger: `http`, `cli`. */
    trigger: z.string(),
    selection: z.string(),
    range: BackfillRange,
    force: z.boolean(),
    status: z.enum(backfillStatuses),
    /** Why it was paused automatically, or why it did not succeed. */
    reason: z.string().nullable(),
    progress: BackfillProgress,
    createdAt: instant,
    finishedAt: instant.nullable(),
  }),
);
export type BackfillSummary = z.infer<typeof BackfillSummary>;

/** A backfill in full. */
export const Backfill = named(
  "Backfill",
  BackfillSummary.extend({
    /** The plan at the time of the request. */
    plan: BackfillPlan,
    /** In dependency order. */
    assets: list(BackfillAssetState),
    /** The last runs, newest first. */
    runs: list(BackfillRun),
    runCount: z.int(),
    /** Known remaining time of a running backfill. */
    remainingSeconds: z.number().nullable(),
    /** Expected end at that rate; `null` unless the backfill is running and the rate is known. */
    expectedAt: instant.nullable(),
  }),
);
export type Backfill = z.infer<typeof Backfill>;

/** Whether it has ended; only a retry continues it. */
export function isBackfillOver(status: BackfillStatus): boolean {
  return status !== "running" && status !== "paused";
}
