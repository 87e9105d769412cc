import type { PastStep } from "../../engine/mod.ts";
import { count, duration } from "../figures.ts";
import { Moment } from "./moment.tsx";
import { StateBadge } from "./state_badge.tsx";
import { stepBadge } from "./run_progress.tsx";
import { triggerInWords } from "./run_table.tsx";
import { type Column, DataTable } from "./data_table.tsx";

const columnsAt = (now: number): Column<PastStep>[] => [
  { title: "Run", header: true, cell: ({ runId }) => <a href={`/runs/${runId}`}>Run {runId}</a> },
  { title: "Step", cell: ({ status }) => <StateBadge state={stepBadge(status)} /> },
  { title: "Requested", cell: ({ createdAt }) => <Moment at={createdAt} now={now} /> },
  { title: "By", cell: ({ trigger }) => triggerInWords(trigger) },
  {
    title: "Took",
    number: true,
    cell: ({ startedAt, finishedAt }) =>
      startedAt && finishedAt ? duration(Date.parse(finishedAt) - Date.parse(startedAt)) : "–",
  },
  { title: "Partitions", number: true, cell: ({ partitions }) => partitions ? count(partitions.count) : "whole" },
  { title: "Tries", number: true, cell: ({ attempt }) => attempt },
  {
    title: "Reason or error",
    class: "reason",
    cellClass: ({ error }) => error ? "error" : undefined,
    cell: ({ error, reasons }) => error?.message ?? (reasons.map(({ message }) => message).join("; ") || "–"),
  },
];

/** The runs with a step for an asset, newest first. */
export function AssetSteps({ steps, assetKey, now }: { steps: readonly PastStep[]; assetKey: string; now: number }) {
  if (steps.length === 0) return <p class="empty">No run has included it yet.</p>;
  return (
    <>
      <p class="about">
        <a href={`/assets/${assetKey}/runs.csv`}>Download as CSV</a>
      </p>
      <DataTable label="Runs" columns={columnsAt(now)} rows={steps} />
    </>
  );
}
