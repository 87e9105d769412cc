import { useContext } from "hono/jsx";
import type { Run, RunStep } from "../../engine/mod.ts";
import { timeOfDay } from "../client/age.js";
import { counted, duration, shortCount, zoneName } from "../figures.ts";
import { PreferencesContext } from "../preferences.ts";
import { percentAt, percentText, type TimeSpan } from "../time_axis.ts";
import { stepBadge } from "./run_progress.tsx";
import { StateBadge } from "./state_badge.tsx";
import { type Column, DataTable } from "./data_table.tsx";

/** The steps of a run with their waiting and running times on the run's time axis. */
export function StepTable({ run, now }: { run: Run; now: number }) {
  const { steps } = run;
  const { timeZone } = useContext(PreferencesContext);
  const begunMs = Date.parse(run.startedAt ?? run.createdAt);
  const endMs = run.finishedAt ? Date.parse(run.finishedAt) : Math.max(now, begunMs + 1_000);
  const span: TimeSpan = { fromMs: begunMs, toMs: Math.max(endMs, begunMs + 1) };
  const finished = new Map(steps.map(({ key, finishedAt }) => [key, finishedAt]));
  const timed = steps.map((step) => timesOf(step, { now, readyMs: readyAt(step, finished, begunMs) }));
  const columns: Column<RunStep>[] = [
    { title: "Step", header: true, cell: (step) => <StepName step={step} /> },
    { title: "State", cell: ({ status }) => <StateBadge state={stepBadge(status)} /> },
    { title: "Waited", number: true, cell: (_, i) => timed[i]!.waited === null ? "" : duration(timed[i]!.waited) },
    { title: "Took", number: true, cell: (_, i) => timed[i]!.took === null ? "" : duration(timed[i]!.took) },
    ...(steps.some(({ attempt }) => attempt > 1)
      ? [{ title: "Attempt", number: true, cell: ({ attempt }: RunStep) => attempt === 0 ? "" : attempt }]
      : []),
    {
      title: `From ${timeOfDay(span.fromMs, timeZone)} to ${timeOfDay(span.toMs, timeZone)} ${
        zoneName(new Date(span.toMs).toISOString(), timeZone)
      }`,
      class: "time",
      cell: ({ status }, i) => <StepTime status={status} times={timed[i]!} span={span} />,
    },
  ];
  return (
    <DataTable
      label="Steps"
      csv="steps"
      class="gantt"
      columns={columns}
      rows={steps}
      row={({ key, status }) => ({ id: `step-${key}`, "data-status": status })}
    />
  );
}

/** End of the last step that a step depends on; start of the run if it depends on none. */
function readyAt({ after }: RunStep, finished: ReadonlyMap<string, string | null>, begunMs: number): number {
  return Math.max(begunMs, ...after.map((key) => finished.get(key)).flatMap((at) => at ? [Date.parse(at)] : []));
}

/** When a step could have begun, began and ended, in milliseconds; how long it waited and ran. */
interface StepTimes {
  readyMs: number;
  startedMs: number | null;
  endedMs: number | null;
  waited: number | null;
  took: number | null;
}

function timesOf(step: RunStep, { now, readyMs }: { now: number; readyMs: number }): StepTimes {
  const { status } = step;
  const startedMs = step.startedAt ? Date.parse(step.startedAt) : null;
  const endedMs = step.finishedAt ? Date.parse(step.finishedAt) : status === "running" ? now : null;
  const took = startedMs !== null && endedMs !== null ? endedMs - startedMs : null;
  const waited = startedMs !== null ? startedMs - readyMs : status === "pending" ? now - readyMs : null;
  return { readyMs, startedMs, endedMs, waited, took };
}

function StepName({ step }: { step: RunStep }) {
  const { key, status, error, reasons, skippedBecause, after, done, partitions } = step;
  return (
    <div class="step">
      <a href={`/assets/${encodeURIComponent(key)}`}>{key}</a>
      {error && <p class="error">{error.message}</p>}
      {skippedBecause && <p class="why">because {skippedBecause} failed</p>}
      {partitions && (
        <p class="why" title={counted(partitions.count, "partition")}>
          {done?.count === partitions.count ? "" : `${shortCount(done?.count ?? 0)} of `}
          {shortCount(partitions.count)} {partitions.count === 1 ? "partition" : "partitions"}
        </p>
      )}
      {(reasons.length > 0 || after.length > 0) && (
        <details>
          <summary>Why</summary>
          <ul>
            {reasons.map(({ message }) => <li key={message}>{message}</li>)}
            {after.length > 0 && <li>After {after.join(", ")}.</li>}
          </ul>
        </details>
      )}
      {status === "running" && <progress data-progress={key} aria-label={`Progress of ${key}`}></progress>}
    </div>
  );
}

function StepTime(
  { status, times: { readyMs, startedMs, endedMs }, span }: { status: string; times: StepTimes; span: TimeSpan },
) {
  if (startedMs === null || endedMs === null) return null;
  return (
    <svg width="100%" height="14" aria-hidden="true">
      <line class="wait" x1={at(span, readyMs)} x2={at(span, startedMs)} y1="7" y2="7" />
      <rect
        class={`bar run ${status}`}
        x={at(span, startedMs)}
        width={percentText(Math.max(0.4, percentAt(span, endedMs) - percentAt(span, startedMs)))}
        y="1"
        height="12"
        rx={status === "succeeded" ? 2 : 0}
      />
    </svg>
  );
}

function at(span: TimeSpan, ms: number): string {
  return percentText(Math.min(100, Math.max(0, percentAt(span, ms))));
}
