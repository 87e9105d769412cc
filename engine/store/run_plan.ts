import type { PartitionRange } from "../partitions/partition_range.ts";
import type { Reason, SomePartitions } from "./reasons.ts";
import type { Bound } from "./backfill_records.ts";

/** One step of a plan: a function that will run. */
export interface PlannedStep {
  /** The asset whose function runs. */
  key: string;
  /** All assets that it makes. */
  produces: readonly string[];
  /** Steps of the same plan that end before this one starts. */
  after: readonly string[];
  /** Why it is in the plan. */
  reasons: readonly Reason[];
  /**
   * False where everything depends on what is upstream in this plan: if that comes out with the content it had, this step is
   * left out.
   */
  certain: boolean;
  /**
   * The partitions that it will make, as far as that is known now: what is upstream in this plan may bring further ones, or leave some as
   * they are. Absent for an asset that is made as a whole.
   */
  partitions?: SomePartitions;
  /** What making it takes; absent in the plan of a run that begins at once. */
  estimate?: Estimate;
}

/** Partitions that cannot be made before something upstream is. */
export interface WaitingPartitions {
  key: string;
  upstream: string;
  partitions: SomePartitions;
}

/** A step that is left out because a blocking check failed upstream of it and nothing has changed since. */
export interface BlockedStep {
  /** The asset whose function would run. */
  key: string;
  /** What it waits for, for people: a sentence without its full stop. */
  because: string;
  /** The asset whose rows were rejected, and the run in which they were. */
  blockedBy: string;
  run: number;
}

/** What a run would do, in order. */
export interface Plan {
  selection: string;
  force: boolean;
  /** The partitions that were asked for, where they are restricted. */
  range: PartitionRange | null;
  steps: readonly PlannedStep[];
  /** Selected assets with nothing to do. */
  fresh: readonly string[];
  /** Selected partitions that wait for something that is not part of the plan. */
  waiting: readonly WaitingPartitions[];
  /** Selected steps that are left out because they could only read what is known to be out of date. */
  blocked: readonly BlockedStep[];
}

/** What making something takes. */
export interface Estimate {
  parts: number;
  /** `null` where the asset does not say that it makes any. */
  vendorCalls: number | null;
  /** `null` where nothing is known that would say. */
  seconds: number | null;
  boundBy: Bound | null;
}
