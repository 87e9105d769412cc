import type { BackfillProgress, BackfillStatus } from "../store/backfill_records.ts";
import type { FreshnessStateName } from "../declare/freshness_policy.ts";
import type { EventKind, RunStatus } from "../store/records.ts";

/** A change, small enough to send to every client. */
export type FeedChange =
  | { type: "run"; runId: number; status: RunStatus; trigger: string }
  /** A step of a run advanced; `progress` if nothing else changed. */
  | { type: "step"; runId: number; asset: string; kind: EventKind; progress?: { done: number; total: number } }
  /** A new version of an asset, from a run or a report. */
  | { type: "asset"; asset: string; materialization: number }
  | { type: "backfill"; backfillId: number; status: BackfillStatus; progress: BackfillProgress }
  /** A schedule fired, was paused or was resumed. */
  | { type: "schedule"; schedule: string; firedAt: string | null; runId: number | null; paused: boolean }
  | { type: "freshness"; asset: string; state: FreshnessStateName }
  /** Events were dropped: clients must read everything again. */
  | { type: "reset" };

/** A change with its place in the feed of this process. */
export type FeedEvent = FeedChange & {
  /** Resume position; valid only for this process and polling session. */
  id: string;
  at: string;
};
