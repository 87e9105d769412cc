import { eventKinds, isFinished, type Run, type RunEvent } from "../../engine/mod.ts";
import { LogLine } from "../components/log_line.tsx";
import { Moment } from "../components/moment.tsx";
import { Panel } from "../components/panel.tsx";
import { triggerInWords } from "../components/run_table.tsx";
import { StateBadge } from "../components/state_badge.tsx";
import { StepTable } from "../components/step_table.tsx";
import { counted, duration } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { Field } from "../components/field.tsx";

/** Number of log lines that the page is rendered with. */
export const firstLines = 200;

/** Data for the page of a run. */
export interface RunPageData {
  run: Run;
  config: Readonly<Record<string, unknown>>;
  /** The last events. */
  events: readonly RunEvent[];
  now: number;
}

/** One run: its steps over time, the reason for each, and its log, updated until it ends. */
export function RunPage({ run, config, events, now }: RunPageData) {
  const ended = isFinished(run.status);
  return (
    <Layout
      title={`Run ${run.id} · Tandem`}
      path="/runs/"
      script="runs.js"
      styles={["runs.css"]}
      headline={<Headline run={run} now={now} />}
    >
      <div class="docked">
        <Panel id="steps-panel" title="Steps">
          <div id="steps" data-live>
            {run.steps.length === 0
              ? <p class="empty">Nothing to do: everything it selects is fresh.</p>
              : <StepTable run={run} now={now} />}
          </div>
        </Panel>
        <Panel id="log-panel" title="Log">
          <form id="log-filter" class="filters" aria-label="Log" hidden>
            <label>
              Level
              <select name="level">
                <option value="debug">everything</option>
                <option value="info" selected>without progress</option>
                <option value="warn">warnings and errors</option>
                <option value="error">errors</option>
              </select>
            </label>
            <Field label="Search" type="search" name="search" placeholder="in loaded events" />
            <label class="tick">
              <input type="checkbox" name="follow" checked /> Follow
            </label>
          </form>
          <p class="about" id="log-about" role="status">{counted(events.length, "line")}.</p>
          <p>
            <button type="button" id="log-earlier" class="quiet" hidden>Load 500 earlier lines</button>
          </p>
          <ol
            class="log"
            id="log"
            data-run={run.id}
            data-kinds={eventKinds.join(" ")}
            data-ended={ended ? "" : undefined}
            tabindex={0}
            aria-label="Log, oldest first"
          >
            {events.map((event) => <LogLine key={event.seq} event={event} />)}
          </ol>
          <p class="faint">
            All of it: <a href={`/v1/runs/${run.id}/events?limit=10000`}>events of run {run.id}</a>.
          </p>
        </Panel>
      </div>
      {Object.keys(config).length > 0 && (
        <Panel id="settings" title="Settings of this run">
          <pre class="scroller" tabindex={0}>{JSON.stringify(config, null, 2)}</pre>
        </Panel>
      )}
    </Layout>
  );
}

function Headline({ run, now }: { run: Run; now: number }) {
  const { id, status, selection, force, trigger, createdAt, startedAt, finishedAt, retryOf, waitingFor } = run;
  const backfill = /^backfill:(\d+)$/.exec(trigger)?.[1];
  const retryable = isFinished(status) && status !== "succeeded";
  return (
    <div class="headline" id="headline" data-live>
      <div>
        <h1>Run {id}</h1>
        <p>
          <StateBadge state={status} />{" "}
          <code title={selection}>{selection.length > 80 ? `${selection.slice(0, 80)} …` : selection}</code>
          {force ? ", forced" : ""},{" "}
          {backfill ? <a href={`/backfills/${backfill}`}>{triggerInWords(trigger)}</a> : triggerInWords(trigger)}
          {retryOf !== null && (
            <>
              , a retry of <a href={`/runs/${retryOf}`}>run {retryOf}</a>
            </>
          )}
        </p>
        <p>
          Queued <Moment at={createdAt} now={now} />
          {startedAt && finishedAt && `, took ${duration(Date.parse(finishedAt) - Date.parse(startedAt))}`}
          {startedAt && !finishedAt && `, runs for ${duration(now - Date.parse(startedAt))}`}
        </p>
        {waitingFor !== null && <p class="why">waits for {waitingFor}</p>}
      </div>
      <div class="line">
        {!isFinished(status) && (
          <button
            type="button"
            id="do-cancel"
            data-act="run cancel"
            data-to={id}
            data-confirm={`Cancel run ${id}? Published rows stay.`}
            data-said={`Run ${id} is being cancelled.`}
            aria-disabled={run.cancelRequestedAt === null ? undefined : "true"}
          >
            {run.cancelRequestedAt === null ? "Cancel" : "Cancelling …"}
          </button>
        )}
        {retryable && (
          <button
            type="button"
            id="do-retry"
            data-act="run retry"
            data-to={id}
            data-confirm={`Retry the failed steps of run ${id} and everything downstream?`}
          >
            Retry failed steps
          </button>
        )}
      </div>
    </div>
  );
}
