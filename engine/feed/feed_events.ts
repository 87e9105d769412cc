import type { BackfillProgress, BackfillStatus } from "../store/backfill_records.ts";
import type { FreshnessStateName } from "../declare/freshness_policy.ts";
import type { EventKind, RunStatus } from "../store/records.ts";

/** A change, small enough to be sent to every client. */
export type FeedChange =
  | { type: "run"; runId: number; status: RunStatus; trigger: string }
  /** A step of a run came on; `progress` where that is all. */
  | { type: "step"; runId: number; asset: string; kind: EventKind; progress?: { done: number; total: number } }
  /** There is a new version of an asset, made by a run or told from outside. */
  | { type: "asset"; asset: string; materialization: number }
  | { type: "backfill"; backfillId: number; status: BackfillStatus; progress: BackfillProgress }
  /** A schedule fired, was paused or was resumed. */
  | { type: "schedule"; schedule: string; firedAt: string | null; runId: number | null; paused: boolean }
  | { type: "freshness"; asset: string; state: FreshnessStateName }
  /** Events were dropped: clients must read everything again. */
  | { type: "reset" };

/** A change with its place in the feed of this process. */
export type FeedEvent = FeedChange & {
  /** Resume position; valid only in this process and stretch of listening. */
  id: string;
  at: string;
};
