import { isFinished, type RunSummary } from "../../engine/mod.ts";
import { counted, duration } from "../figures.ts";
import { Moment } from "./moment.tsx";
import { StateBadge } from "./state_badge.tsx";

const OUTCOMES: readonly [keyof RunSummary["stepCounts"], string][] = [
  ["succeeded", "made"],
  ["up_to_date", "up to date"],
  ["running", "running"],
  ["pending", "waiting"],
  ["interrupted", "interrupted"],
  ["failed", "failed"],
  ["skipped", "skipped"],
  ["cancelled", "cancelled"],
];

/** The last runs, newest first. */
export function RunList({ runs, now }: { runs: readonly RunSummary[]; now: number }) {
  return (
    <ol class="entries">
      {runs.map((run) => (
        <li>
          <div class="line">
            <a href={`/runs/${run.id}`}>Run {run.id}</a>
            <StateBadge state={run.status} />
            {!isFinished(run.status) && (
              <button
                type="button"
                id={`cancel-${run.id}`}
                class="quiet"
                data-cancel={run.id}
                aria-label={`Cancel run ${run.id}`}
                aria-disabled={run.cancelRequestedAt === null ? undefined : "true"}
              >
                {run.cancelRequestedAt === null ? "Cancel" : "Cancelling …"}
              </button>
            )}
          </div>
          <p>
            <code title={run.selection}>{brief(run.selection)}</code>
            {run.force ? ", forced" : ""}, {asker(run.trigger)}
          </p>
          {run.waitingFor !== null && <p class="why">waits for {run.waitingFor}</p>}
          <p class="faint">
            <Moment at={run.createdAt} now={now} />
            {run.startedAt && run.finishedAt &&
              `, took ${duration(Date.parse(run.finishedAt) - Date.parse(run.startedAt))}`}
            : {outcomes(run)}
          </p>
        </li>
      ))}
    </ol>
  );
}

/** Who asked for a run, in words. */
export function asker(trigger: string): string {
  const [kind, name] = trigger.split(":");
  switch (kind) {
    case "http":
      return "asked for over HTTP";
    case "cli":
      return "asked for on the command line";
    case "startup":
      return "at the first start";
    case "automation":
      return "by automation";
    case "backfill":
      return `for backfill ${name}`;
    case "schedule":
      return `on schedule ${name}`;
    default:
      return `by ${trigger}`;
  }
}

/** A selection by its first terms. */
function brief(selection: string): string {
  const terms = selection.split(/[\s,]+/);
  return terms.length <= 3 ? selection : `${terms[0]} and ${terms.length - 1} more`;
}

function outcomes({ stepCounts }: RunSummary): string {
  const parts = OUTCOMES.filter(([status]) => stepCounts[status]).map(([status, word]) =>
    `${stepCounts[status]} ${word}`
  );
  return parts.length === 0 ? `${counted(0, "step")}, nothing had to be made` : parts.join(", ");
}
