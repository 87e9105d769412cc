import { z } from "zod";
import { PartitionRange } from "../partitions/partition_range.ts";
import { list, named } from "../record_schema.ts";
import { bounds } from "./backfill_records.ts";
import { Reason, SomePartitions } from "./reasons.ts";

/** Estimated duration and vendor calls. */
export const Estimate = z.strictObject({
  parts: z.int(),
  /** `null` if the asset declares none. */
  vendorCalls: z.number().nullable(),
  /** `null` if unknown. */
  seconds: z.number().nullable(),
  boundBy: z.enum(bounds).nullable(),
});
export type Estimate = z.infer<typeof Estimate>;

/** One step of a plan: a function to run. */
export const PlannedStep = z.strictObject({
  /** The asset whose function runs. */
  key: z.string(),
  /** All assets that it makes. */
  produces: list(z.string()),
  /** Steps of the same plan that end before this one starts. */
  after: list(z.string()),
  reasons: list(Reason),
  /** False if the step depends only on upstream steps of this plan: if their content comes out unchanged, the step is skipped. */
  certain: z.boolean(),
  /**
   * The partitions to make, as known now: upstream steps of this plan may reveal further ones, or leave some unchanged. Absent for
   * an unpartitioned asset.
   */
  partitions: SomePartitions.optional(),
  /** Absent in the plan of a run that starts at once. */
  estimate: Estimate.optional(),
});
export type PlannedStep = z.infer<typeof PlannedStep>;

/** Partitions that wait for missing upstream. */
export const WaitingPartitions = z.strictObject({ key: z.string(), upstream: z.string(), partitions: SomePartitions });
export type WaitingPartitions = z.infer<typeof WaitingPartitions>;

/** A step left out because an upstream asset failed a blocking check and its inputs have not changed since. */
export const BlockedStep = z.strictObject({
  /** The asset whose function would run. */
  key: z.string(),
  /** The reason, as a sentence without its full stop. */
  because: z.string(),
  /** The asset with the rejected rows, and the run. */
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
    /** The requested partitions, if restricted. */
    range: PartitionRange.nullable(),
    steps: list(PlannedStep),
    /** Selected assets with nothing to do. */
    fresh: list(z.string()),
    /** Selected partitions that wait for upstream outside the plan. */
    waiting: list(WaitingPartitions),
    /** Selected steps left out because their upstream is known to be outdated. */
    blocked: list(BlockedStep),
  }).describe("The steps of a run, in order, with reasons"),
);
export type Plan = z.infer<typeof Plan>;
