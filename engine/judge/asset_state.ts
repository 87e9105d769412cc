import { z } from "zod";
import type { Layer } from "../declare/asset.ts";
import { FailedCheck } from "../checks/failed_checks.ts";
import { byName, list } from "../record_schema.ts";
import { LastStep } from "../store/asset_records.ts";
import { FreshnessState } from "../store/freshness_record.ts";
import { Materialization } from "../store/records.ts";
import { Reason } from "../store/reasons.ts";

/** Numbers of partitions by state. `expected` are missing ones that the next run makes by default. */
const PartitionCounts = byName(["wanted", "made", "missing", "expected", "stale", "waiting", "failed"], z.int());
export type PartitionCounts = z.infer<typeof PartitionCounts>;

/** An asset with its current state. */
export const AssetState = z.strictObject({
  key: z.string(),
  group: z.string(),
  layer: z.string<Layer>(),
  description: z.string(),
  /** `running` and `failed` describe the current or last step of a missing or stale asset. */
  state: z.enum(["fresh", "stale", "missing", "running", "failed"]),
  /** Why it is not fresh; empty for a fresh asset. */
  reasons: z.array(Reason),
  upstream: list(z.string()),
  downstream: list(z.string()),
  /** The asset whose function makes it, if it is another one. */
  madeBy: z.string().nullable(),
  /** Whether it is made and reported from outside. */
  external: z.boolean(),
  lastMaterialization: Materialization.nullable(),
  /** The last attempt to run its function, with the error if it failed. */
  lastStep: LastStep.nullable(),
  /** State by its freshness policy; `null` without one. */
  freshness: FreshnessState.nullable(),
  failedChecks: list(FailedCheck).describe("Currently failed checks, warnings included"),
  /** Numbers of partitions by state; `null` for an unpartitioned asset. */
  partitions: PartitionCounts.nullable(),
  /** Its automation condition; `null` if there is none. */
  automation: z.string().nullable(),
});
export type AssetState = z.infer<typeof AssetState>;
export type AssetStateName = AssetState["state"];
