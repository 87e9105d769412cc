import { z } from "zod";
import type { Layer } from "../declare/asset.ts";
import { FailedCheck } from "../checks/failed_checks.ts";
import { byName, list } from "../record_schema.ts";
import { LastStep } from "../store/asset_records.ts";
import { FreshnessState } from "../store/freshness_record.ts";
import { Materialization } from "../store/records.ts";
import { Reason } from "../store/reasons.ts";

/** Partitions of an asset by their state. `expected` are missing ones that the next run makes by default. */
const PartitionCounts = byName(["wanted", "made", "missing", "expected", "stale", "waiting", "failed"], z.int());
export type PartitionCounts = z.infer<typeof PartitionCounts>;

/** An asset with what is known of it now. */
export const AssetState = z.strictObject({
  key: z.string(),
  group: z.string(),
  layer: z.string<Layer>(),
  description: z.string(),
  /** `running` and `failed` tell what happens or happened last to an asset that is missing or stale. */
  state: z.enum(["fresh", "stale", "missing", "running", "failed"]),
  /** Why it is not fresh; empty when it is. */
  reasons: z.array(Reason),
  upstream: list(z.string()),
  downstream: list(z.string()),
  /** The asset whose function makes it, where that is another one. */
  madeBy: z.string().nullable(),
  /** Whether something outside makes it and reports its versions. */
  external: z.boolean(),
  lastMaterialization: Materialization.nullable(),
  /** The last time that its function ran or tried to, with the error where it failed. */
  lastStep: LastStep.nullable(),
  /** How it stands to its freshness policy; `null` where it has none. */
  freshness: FreshnessState.nullable(),
  failedChecks: list(FailedCheck).describe("Currently failed checks, warnings included"),
  /** How many partitions it has of each sort; `null` for an asset that is made as a whole. */
  partitions: PartitionCounts.nullable(),
  /** Its automation condition; `null` if there is none. */
  automation: z.string().nullable(),
});
export type AssetState = z.infer<typeof AssetState>;
export type AssetStateName = AssetState["state"];
