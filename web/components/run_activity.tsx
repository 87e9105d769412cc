import type { Run } from "../../engine/mod.ts";
import { counted } from "../figures.ts";
import { CancelButton } from "./cancel_button.tsx";
import { StateBadge } from "./state_badge.tsx";

/** Open runs, each with its progress and running steps. */
export function RunActivity({ runs }: { runs: readonly Run[] }) {
  return (
    <ul class="entries activity">
      {runs.map((run) => {
        const { id, status, steps, waitingFor } = run;
        const ended = steps.filter((step) => step.finishedAt !== null || step.status === "skipped").length;
        return (
          <li key={id}>
            <div class="line">
              <a href={`/runs/${id}`}>Run {id}</a>
              <StateBadge state={status} />
              <span class="faint">{ended} of {counted(steps.length, "step")}</span>
              <CancelButton run={run} />
            </div>
            {waitingFor !== null && <p class="why">waits for {waitingFor}</p>}
            <progress
              max={Math.max(1, steps.length)}
              value={ended}
              aria-label={`Run ${id}: ${ended} of ${counted(steps.length, "step")} ended`}
            >
            </progress>
            {steps.filter((step) => step.status === "running").map(({ key }) => (
              <p class="faint" key={key}>
                <a href={`/assets/${key}`}>{key}</a>
                <span data-part={key}></span>
              </p>
            ))}
          </li>
        );
      })}
    </ul>
  );
}
