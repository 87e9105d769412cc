import { useContext } from "hono/jsx";
import type { Run, RunStep } from "../../engine/mod.ts";
import { timeOfDay } from "../client/age.js";
import { count, duration, zoneName } from "../figures.ts";
import { PreferencesContext } from "../preferences.ts";
import { percentAt, percentText, type TimeSpan } from "../time_axis.ts";
import { StateBadge } from "./state_badge.tsx";
import { TableScroller } from "./table_scroller.tsx";

/** The steps of a run as a table, each with its time on the run's axis: what it waited for, then what it did. */
export function StepTable({ run, now }: { run: Run; now: number }) {
  const { steps } = run;
  const { timeZone } = useContext(PreferencesContext);
  const begunMs = Date.parse(run.startedAt ?? run.createdAt);
  const endMs = run.finishedAt ? Date.parse(run.finishedAt) : Math.max(now, begunMs + 1_000);
  const span: TimeSpan = { fromMs: begunMs, toMs: Math.max(endMs, begunMs + 1) };
  const finished = new Map(steps.map(({ key, finishedAt }) => [key, finishedAt]));
  return (
    <TableScroller label="Steps" csv="steps">
      <table class="gantt">
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">State</th>
            <th scope="col" class="number">Waited</th>
            <th scope="col" class="number">Took</th>
            <th scope="col" class="number">Attempt</th>
            <th scope="col" class="time">
              From {timeOfDay(span.fromMs, timeZone)} to {timeOfDay(span.toMs, timeZone)}{" "}
              {zoneName(new Date(span.toMs).toISOString(), timeZone)}
            </th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <StepRow
              step={step}
              span={span}
              now={now}
              readyMs={readyAt(step, finished, begunMs)}
            />
          ))}
        </tbody>
      </table>
    </TableScroller>
  );
}

/** When the last step that it waits for had ended; the start of the run where it waits for none. */
function readyAt({ after }: RunStep, finished: ReadonlyMap<string, string | null>, begunMs: number): number {
  return Math.max(begunMs, ...after.map((key) => finished.get(key)).flatMap((at) => at ? [Date.parse(at)] : []));
}

function StepRow({ step, span, now, readyMs }: { step: RunStep; span: TimeSpan; now: number; readyMs: number }) {
  const { key, status, attempt, error, reasons, skippedBecause, after, done, partitions } = step;
  const startedMs = step.startedAt ? Date.parse(step.startedAt) : null;
  const endedMs = step.finishedAt ? Date.parse(step.finishedAt) : status === "running" ? now : null;
  const took = startedMs !== null && endedMs !== null ? endedMs - startedMs : null;
  const waited = startedMs !== null ? startedMs - readyMs : status === "pending" ? now - readyMs : null;
  const state = status === "pending" ? "waiting" : status === "up_to_date" ? "fresh" : status;
  return (
    <tr id={`step-${key}`} data-status={status}>
      <th scope="row">
        <div class="step">
          <a href={`/assets/${encodeURIComponent(key)}`}>{key}</a>
          {error && <p class="error">{error.message}</p>}
          {skippedBecause && <p class="why">because {skippedBecause} failed</p>}
          {partitions && <p class="why">{count(done?.count ?? 0)} of {count(partitions.count)} partitions</p>}
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
      </th>
      <td>
        <StateBadge state={state} />
      </td>
      <td class="number">{waited === null ? "" : duration(waited)}</td>
      <td class="number">{took === null ? "" : duration(took)}</td>
      <td class="number">{attempt === 0 ? "" : attempt}</td>
      <td class="time">
        {startedMs !== null && endedMs !== null && (
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
        )}
      </td>
    </tr>
  );
}

function at(span: TimeSpan, ms: number): string {
  return percentText(Math.min(100, Math.max(0, percentAt(span, ms))));
}
