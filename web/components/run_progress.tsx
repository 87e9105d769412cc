import { isFinished, type Run, type RunStep, type StepStatus } from "../../engine/mod.ts";
import { counted, duration } from "../figures.ts";
import { CancelButton } from "./cancel_button.tsx";
import { Moment } from "./moment.tsx";
import { type BadgeName, StateBadge } from "./state_badge.tsx";

const BADGES: Readonly<Record<StepStatus, BadgeName>> = {
  pending: "waiting",
  running: "running",
  interrupted: "interrupted",
  succeeded: "succeeded",
  up_to_date: "fresh",
  failed: "failed",
  skipped: "skipped",
  cancelled: "cancelled",
};

/** The badge for the status of a step. */
export function stepBadge(status: StepStatus): BadgeName {
  return BADGES[status];
}

/** The steps of a run, which the page keeps up to date while the run is open. */
export function RunProgress({ run, now }: { run: Run; now: number }) {
  const { id, status, steps, waitingFor, createdAt, startedAt, finishedAt } = run;
  const ended = steps.filter((step) => step.finishedAt !== null || step.status === "skipped").length;
  return (
    <div class="run-progress" data-open-run={isFinished(status) ? undefined : id}>
      <p class="line">
        <a href={`/runs/${id}`}>Run {id}</a>
        <StateBadge state={status} />
        <span class="faint">
          <Moment at={createdAt} now={now} />
          {startedAt && finishedAt && `, took ${duration(Date.parse(finishedAt) - Date.parse(startedAt))}`}
        </span>
        <CancelButton run={run} />
      </p>
      {waitingFor !== null && <p class="why">waits for {waitingFor}</p>}
      {steps.length === 0 ? <p>Nothing to do: it is fresh.</p> : (
        <progress
          id={`run-steps-${id}`}
          max={steps.length}
          value={ended}
          aria-label={`${ended} of ${counted(steps.length, "step")} ended`}
        >
        </progress>
      )}
      <ol class="entries">{steps.map((step) => <Step key={step.key} step={step} />)}</ol>
    </div>
  );
}

function Step({ step }: { step: RunStep }) {
  const { key, status, startedAt, finishedAt, error, skippedBecause, done, partitions } = step;
  return (
    <li data-step={key} data-status={status}>
      <p class="line">
        <a href={`/assets/${key}`}>
          <code>{key}</code>
        </a>
        <StateBadge state={stepBadge(status)} />
        <span class="faint">
          {startedAt && finishedAt && duration(Date.parse(finishedAt) - Date.parse(startedAt))}
          {status === "running" && <span data-part={key}></span>}
        </span>
      </p>
      {partitions && partitions.count > 0 && (
        <p class="faint">
          {(done?.count ?? 0).toLocaleString("en-US")} of {counted(partitions.count, "partition")}
        </p>
      )}
      {status === "running" && <progress data-progress={key} aria-label={`${key} progress`}></progress>}
      {error && <p class="error">{error.message}</p>}
      {skippedBecause !== null && <p class="faint">because {skippedBecause} failed</p>}
    </li>
  );
}
