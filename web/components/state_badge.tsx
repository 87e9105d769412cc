import type {
  AssetStateName,
  BackfillPartitionState,
  BackfillStatus,
  ExplainedState,
  RunStatus,
} from "../../engine/mod.ts";

export type BadgeName =
  | AssetStateName
  | ExplainedState
  | RunStatus
  | BackfillStatus
  | BackfillPartitionState
  | "waiting";

/** Each state has its own shape and word; the colour repeats them. */
const MARKS: Readonly<Record<BadgeName, string>> = {
  fresh: "●",
  stale: "◐",
  missing: "○",
  waiting: "◌",
  blocked: "✕",
  gone: "⊘",
  changed: "◆",
  running: "▶",
  failed: "✕",
  queued: "◌",
  interrupted: "◐",
  succeeded: "●",
  cancelled: "⊘",
  paused: "‖",
  done: "●",
  skipped: "⊘",
};

/** The shape of a state, if there is no room for a badge. */
export function stateMark(state: BadgeName): string {
  return MARKS[state];
}

/** The state of an asset or a run. */
export function StateBadge({ state }: { state: BadgeName }) {
  return (
    <span class={`badge ${state}`}>
      <span aria-hidden="true">{MARKS[state]}</span> {state}
    </span>
  );
}
