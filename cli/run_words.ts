import type { RunProgress, StepProgress } from "./run_progress.ts";
import type { Style } from "./paint.ts";
import type { RunStatus, StepStatus } from "../engine/mod.ts";
import { count, counted } from "./text.ts";

/** Word, mark and style of each status of a step; the mark works without colour. */
export const STEP_WORDS: Readonly<Record<StepStatus, { mark: string; word: string; style: Style }>> = {
  pending: { mark: "·", word: "waiting", style: "dim" },
  running: { mark: "▸", word: "running", style: "cyan" },
  interrupted: { mark: "!", word: "interrupted", style: "yellow" },
  succeeded: { mark: "✓", word: "made", style: "green" },
  up_to_date: { mark: "=", word: "up to date", style: "dim" },
  failed: { mark: "✗", word: "failed", style: "red" },
  skipped: { mark: "-", word: "skipped", style: "yellow" },
  cancelled: { mark: "×", word: "cancelled", style: "yellow" },
};

const RUN_STYLES: Readonly<Record<RunStatus, Style>> = {
  queued: "dim",
  running: "cyan",
  interrupted: "yellow",
  succeeded: "green",
  failed: "red",
  cancelled: "yellow",
};

export function runStyle(status: RunStatus): Style {
  return RUN_STYLES[status];
}

/** The assets published by a step: `918 rows (+18 −2), pair_metrics 12 rows (unchanged)`. */
export function publishedText(step: StepProgress): string {
  return step.published.map(({ key, rows, added, removed }) =>
    `${key === step.key ? "" : `${key} `}${counted(rows, "row")} (${changeText(added, removed)})`
  ).join(", ");
}

/** Outcomes with their counts: `7 made, 1 failed, 2 skipped`. */
export function outcomesText(progress: RunProgress): string {
  const counts = new Map<StepStatus, number>();
  for (const { status } of progress.steps.values()) counts.set(status, (counts.get(status) ?? 0) + 1);
  return (Object.keys(STEP_WORDS) as StepStatus[])
    .filter((status) => counts.has(status))
    .map((status) => `${counts.get(status)} ${STEP_WORDS[status].word}`)
    .join(", ");
}

function changeText(added: number, removed: number): string {
  if (added === 0 && removed === 0) return "unchanged";
  return [added > 0 ? `+${count(added)}` : "", removed > 0 ? `−${count(removed)}` : ""].filter(Boolean).join(" ");
}
