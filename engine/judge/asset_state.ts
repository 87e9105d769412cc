import type { Layer } from "../declare/asset.ts";
import type { FailedCheck } from "../checks/failed_checks.ts";
import type { FreshnessState } from "../store/freshness_record.ts";
import type { LastStep } from "../store/asset_records.ts";
import type { Materialization } from "../store/records.ts";
import type { Reason } from "../store/reasons.ts";

/** `running` and `failed` tell what happens or happened last to an asset that is missing or stale. */
export type AssetStateName = "fresh" | "stale" | "missing" | "running" | "failed";

/** An asset with what is known of it now. */
export interface AssetState {
  key: string;
  group: string;
  layer: Layer;
  description: string;
  state: AssetStateName;
  /** Why it is not fresh; empty when it is. */
  reasons: Reason[];
  upstream: readonly string[];
  downstream: readonly string[];
  /** The asset whose function makes it, where that is another one. */
  madeBy: string | null;
  /** Whether something outside makes it and reports its versions. */
  external: boolean;
  lastMaterialization: Materialization | null;
  /** The last time that its function ran or tried to, with the error where it failed. */
  lastStep: LastStep | null;
  /** How it stands to its freshness policy; `null` where it has none. */
  freshness: FreshnessState | null;
  /** Its checks that stand failed, also those that only warn. */
  failedChecks: readonly FailedCheck[];
  /** How many partitions it has of each sort; `null` for an asset that is made as a whole. */
  partitions: PartitionCounts | null;
  /** Under which condition it is made without anybody asking; `null` where there is none. */
  automation: string | null;
}

/** Partitions of an asset by their state. `expected` are missing ones that will be made without anybody asking. */
export interface PartitionCounts {
  wanted: number;
  made: number;
  missing: number;
  expected: number;
  stale: number;
  waiting: number;
  failed: number;
}
