import type { PastStep } from "../../engine/mod.ts";
import { count, duration } from "../figures.ts";
import { Moment } from "./moment.tsx";
import { StateBadge } from "./state_badge.tsx";
import { stepBadge } from "./run_progress.tsx";
import { TableScroller } from "./table_scroller.tsx";

/** The runs that made an asset or were to, newest first. */
export function AssetSteps({ steps, assetKey, now }: { steps: readonly PastStep[]; assetKey: string; now: number }) {
  if (steps.length === 0) return <p class="empty">No run has had anything to do with it yet.</p>;
  return (
    <>
      <p class="about">
        <a href={`/assets/${assetKey}/runs.csv`}>Download as CSV</a>
      </p>
      <TableScroller label="Runs">
        <table>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Step</th>
              <th scope="col">Asked for</th>
              <th scope="col">By</th>
              <th scope="col" class="number">Took</th>
              <th scope="col" class="number">Partitions</th>
              <th scope="col" class="number">Tries</th>
              <th scope="col">Reason or error</th>
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <tr>
                <th scope="row">
                  <a href={`/runs/${step.runId}`}>Run {step.runId}</a>
                </th>
                <td>
                  <StateBadge state={stepBadge(step.status)} />
                </td>
                <td>
                  <Moment at={step.createdAt} now={now} />
                </td>
                <td>{step.trigger}</td>
                <td class="number">
                  {step.startedAt && step.finishedAt
                    ? duration(Date.parse(step.finishedAt) - Date.parse(step.startedAt))
                    : "–"}
                </td>
                <td class="number">{step.partitions ? count(step.partitions.count) : "whole"}</td>
                <td class="number">{step.attempt}</td>
                <td class={step.error ? "reason error" : "reason"}>
                  {step.error?.message ?? (step.reasons.map(({ message }) => message).join("; ") || "–")}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroller>
    </>
  );
}
