import { z } from "zod";
import { PartitionRange } from "../partitions/partition_range.ts";
import { byName, instant, list, named } from "../record_schema.ts";
import { runStatuses } from "./records.ts";
import { SomePartitions } from "./reasons.ts";

export const backfillStatuses = ["running", "paused", "succeeded", "failed", "cancelled"] as const;
export type BackfillStatus = typeof backfillStatuses[number];

/** Dates with both ends included, and names; what is left out is not restricted. */
export const BackfillRange = PartitionRange.omit({ partitions: true });
export type BackfillRange = z.infer<typeof BackfillRange>;

/** A request to materialize a range piece by piece. */
export interface BackfillRequest extends BackfillRange {
  /** See {@link select}. */
  selection: string;
  /** Make every partition of the range again, stale or not. */
  force?: boolean;
}

/** What limits how fast an asset can be made: the vendor's rate, or the work itself as it went before. */
export const bounds = ["calls", "history"] as const;
export type Bound = typeof bounds[number];

/** The plan of a backfill for one asset, in its turn. */
export const PlannedAsset = z.strictObject({
  key: z.string(),
  /** All assets that the same function makes. */
  produces: list(z.string()),
  /** The partitions that it would make; `null` for an asset that is made as a whole. */
  partitions: SomePartitions.nullable(),
  /** Number of calls of its function; each is published separately. */
  parts: z.int(),
  /** Calls of the vendor; `null` where it does not say that it makes any. */
  vendorCalls: z.number().nullable(),
  /** How long that takes; `null` where it never ran and makes no calls. */
  seconds: z.number().nullable(),
  boundBy: z.enum(bounds).nullable(),
  /** False where something upstream in this plan may bring further partitions to light. */
  certain: z.boolean(),
});
export type PlannedAsset = z.infer<typeof PlannedAsset>;

/** Partitions that are left out, because what they read is missing and no part of the backfill. */
export const SkippedPartitions = z.strictObject({ key: z.string(), upstream: z.string(), partitions: SomePartitions });
export type SkippedPartitions = z.infer<typeof SkippedPartitions>;

/** The plan of a backfill, in order. */
export const BackfillPlan = named(
  "BackfillPlan",
  z.strictObject({
    selection: z.string(),
    range: BackfillRange,
    force: z.boolean(),
    /** Those with something to do, in the order in which they are made. */
    assets: list(PlannedAsset),
    skipped: list(SkippedPartitions),
    /** Selected assets with nothing to do. */
    fresh: list(z.string()),
    /** Names of the range that no selected asset has. */
    unknownNames: list(z.string()),
    partitions: z.int(),
    vendorCalls: z.number(),
    /** How long all of it takes, as far as that is known. */
    seconds: z.number(),
    /** Assets without an estimate, because they never ran: their time comes on top. */
    unknown: list(z.string()),
  }),
);
export type BackfillPlan = z.infer<typeof BackfillPlan>;

/** States of a partition within a backfill. */
export const backfillPartitionStates = ["done", "running", "missing", "failed", "skipped"] as const;
export type BackfillPartitionState = typeof backfillPartitionStates[number];

/** How many partitions of a backfill are in each state, and in all. */
const BackfillProgress = byName([...backfillPartitionStates, "partitions"], z.int());
export type BackfillProgress = z.infer<typeof BackfillProgress>;

/** An asset within a backfill. */
export const BackfillAssetState = z.strictObject({
  key: z.string(),
  /** Where it stands as a whole: the state of most interest among its partitions, or that of the asset that has none. */
  state: z.enum(backfillPartitionStates),
  /** Its partitions by state; `null` for an asset that is made as a whole. */
  partitions: byName(backfillPartitionStates, SomePartitions).nullable(),
  /** Why partitions are skipped or failed, in a sentence. */
  message: z.string().nullable(),
  /** How long the rest takes, at the rate of this backfill so far or of what ran before; `null` where that is unknown. */
  remainingSeconds: z.number().nullable(),
});
export type BackfillAssetState = z.infer<typeof BackfillAssetState>;

/** A run that a backfill began. */
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

/** A backfill with all there is to know of it. */
export const Backfill = named(
  "Backfill",
  BackfillSummary.extend({
    /** The plan at the time of the request. */
    plan: BackfillPlan,
    /** In the order in which they are made. */
    assets: list(BackfillAssetState),
    /** The last ones, newest first. */
    runs: list(BackfillRun),
    runCount: z.int(),
    /** How long the rest takes while it runs, as far as that is known. */
    remainingSeconds: z.number().nullable(),
    /** When it will be done at that rate; `null` unless it is running and the rate is known. */
    expectedAt: instant.nullable(),
  }),
);
export type Backfill = z.infer<typeof Backfill>;

/** Whether it has ended; only a retry continues it. */
export function isBackfillOver(status: BackfillStatus): boolean {
  return status !== "running" && status !== "paused";
}
