import type { BackfillProgress, BackfillStatus } from "../store/backfill_records.ts";
import type { FreshnessStateName } from "../declare/freshness_policy.ts";
import type { EventKind, RunStatus } from "../store/records.ts";

/** What happened, small enough to be sent to everybody who looks. */
export type FeedChange =
  | { type: "run"; runId: number; status: RunStatus; trigger: string }
  /** A step of a run came on; `progress` where that is all. */
  | { type: "step"; runId: number; asset: string; kind: EventKind; progress?: { done: number; total: number } }
  /** There is a new version of an asset, made by a run or told from outside. */
  | { type: "asset"; asset: string; materialization: number }
  | { type: "backfill"; backfillId: number; status: BackfillStatus; progress: BackfillProgress }
  /** A schedule fired, or somebody paused or resumed it. */
  | { type: "schedule"; schedule: string; firedAt: string | null; runId: number | null; paused: boolean }
  | { type: "freshness"; asset: string; state: FreshnessStateName }
  /** What came between is not known any more: whoever looks has to look at everything anew. */
  | { type: "reset" };

/** A change with its place in the feed of this process. */
export type FeedEvent = FeedChange & {
  /** Says where to go on; of this process and this listening only. */
  id: string;
  at: string;
};
