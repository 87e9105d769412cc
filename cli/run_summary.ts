import type { Paint } from "./paint.ts";
import { type RunProgress, type StepProgress, tookMs } from "./run_progress.ts";
import { outcomesText, runStyle, STEP_WORDS } from "./run_words.ts";
import { type Cell, textTable } from "./table.ts";
import { count, duration } from "./text.ts";

/** Summary of a run by step, then failed and skipped steps. */
export function runSummary(progress: RunProgress, { width, paint }: { width: number; paint: Paint }): string[] {
  const steps = [...progress.steps.values()];
  const now = progress.finishedAt ?? 0;
  const lines = textTable(
    [
      { title: "step", flexible: true },
      { title: "outcome" },
      { title: "rows", align: "right" },
      { title: "added", align: "right" },
      { title: "removed", align: "right" },
      { title: "time", align: "right" },
    ],
    steps.flatMap((step) => rowsOf(step, now)),
    { width, paint },
  );
  for (const step of steps) {
    if (step.status !== "failed") continue;
    lines.push("", `${paint("red", `${step.key} failed:`)} ${step.error}`);
    const skipped = steps.filter((s) => s.skippedBecause === step.key).map((s) => s.key);
    if (skipped.length > 0) lines.push(`Skipped because of it: ${skipped.join(", ")}.`);
  }
  const took = progress.finishedAt === null
    ? ""
    : ` in ${duration(progress.finishedAt - (progress.startedAt ?? progress.finishedAt))}`;
  const status = paint(runStyle(progress.status), progress.status);
  lines.push("", `Run ${progress.runId} ${status}${took}: ${outcomesText(progress)}.`);
  return lines;
}

function rowsOf(step: StepProgress, now: number): Cell[][] {
  const { word, style } = STEP_WORDS[step.status];
  const took = tookMs(step, now);
  const time = took === null ? "" : duration(took);
  // A function may make several assets; its own comes first.
  const own = step.published.find((p) => p.key === step.key);
  const others = step.published.filter((p) => p !== own);
  return [
    [step.key, { text: word, style }, ...changes(own), time],
    ...others.map((p): Cell[] => [`  ${p.key}`, "", ...changes(p), ""]),
  ];
}

function changes(published: StepProgress["published"][number] | undefined): Cell[] {
  if (!published) return ["", "", ""];
  const { rows, added, removed } = published;
  if (added === 0 && removed === 0) return [count(rows), { text: "unchanged", style: "dim" }, ""];
  return [count(rows), added > 0 ? `+${count(added)}` : "", removed > 0 ? `−${count(removed)}` : ""];
}
