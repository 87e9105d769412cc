import { z } from "zod";
import { PartitionRange } from "../partitions/partition_range.ts";
import { list, named } from "../record_schema.ts";
import { bounds } from "./backfill_records.ts";
import { Reason, SomePartitions } from "./reasons.ts";

/** Estimated duration and vendor calls. */
export const Estimate = z.strictObject({
  parts: z.int(),
  /** `null` where the asset does not say that it makes any. */
  vendorCalls: z.number().nullable(),
  /** `null` where nothing is known that would say. */
  seconds: z.number().nullable(),
  boundBy: z.enum(bounds).nullable(),
});
export type Estimate = z.infer<typeof Estimate>;

/** One step of a plan: a function that will run. */
export const PlannedStep = z.strictObject({
  /** The asset whose function runs. */
  key: z.string(),
  /** All assets that it makes. */
  produces: list(z.string()),
  /** Steps of the same plan that end before this one starts. */
  after: list(z.string()),
  /** Why it is in the plan. */
  reasons: list(Reason),
  /**
   * False where everything depends on what is upstream in this plan: if that comes out with the content it had, this step is
   * left out.
   */
  certain: z.boolean(),
  /**
   * The partitions that it will make, as far as that is known now: what is upstream in this plan may bring further ones, or leave some as
   * they are. Absent for an asset that is made as a whole.
   */
  partitions: SomePartitions.optional(),
  /** Absent in the plan of a run that begins at once. */
  estimate: Estimate.optional(),
});
export type PlannedStep = z.infer<typeof PlannedStep>;

/** Partitions that cannot be made before something upstream is. */
export const WaitingPartitions = z.strictObject({ key: z.string(), upstream: z.string(), partitions: SomePartitions });
export type WaitingPartitions = z.infer<typeof WaitingPartitions>;

/** A step that is left out because a blocking check failed upstream of it and nothing has changed since. */
export const BlockedStep = z.strictObject({
  /** The asset whose function would run. */
  key: z.string(),
  /** Why it waits: a sentence without its full stop. */
  because: z.string(),
  /** The asset whose rows were rejected, and the run in which they were. */
  blockedBy: z.string(),
  run: z.int(),
});
export type BlockedStep = z.infer<typeof BlockedStep>;

/** The plan of a run. */
export const Plan = named(
  "Plan",
  z.strictObject({
    selection: z.string(),
    force: z.boolean(),
    /** The partitions that were asked for, where they are restricted. */
    range: PartitionRange.nullable(),
    steps: list(PlannedStep),
    /** Selected assets with nothing to do. */
    fresh: list(z.string()),
    /** Selected partitions that wait for something that is not part of the plan. */
    waiting: list(WaitingPartitions),
    /** Selected steps that are left out because they could only read what is known to be out of date. */
    blocked: list(BlockedStep),
  }).describe("The steps of a run, in order, with reasons"),
);
export type Plan = z.infer<typeof Plan>;
