import { useContext } from "hono/jsx";
import type { AutomationState, ScheduleState, ScheduleTick } from "../../engine/mod.ts";
import { Moment } from "../components/moment.tsx";
import { Panel } from "../components/panel.tsx";
import { cronInWords } from "../cron_words.ts";
import { counted, moment } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { PreferencesContext } from "../preferences.ts";
import { type Column, DataTable } from "../components/data_table.tsx";
import { PageHead } from "../components/page_head.tsx";

/** Data for the page of schedules. */
export interface SchedulesPageData {
  schedules: readonly ScheduleState[];
  /** Of each asset with an automation condition. */
  automations: readonly AutomationState[];
  now: number;
}

/** Automatic runs: schedules by time, automations by upstream changes. */
export function SchedulesPage({ schedules, automations, now }: SchedulesPageData) {
  const paused = schedules.filter(({ pausedAt }) => pausedAt !== null).length;
  return (
    <Layout
      title="Schedules · Tandem"
      path="/schedules"
      script="runs.js"
      styles={["runs.css"]}
      headline={
        <PageHead title="Schedules" live>
          {counted(schedules.length, "schedule")}
          {paused > 0 ? `, ${paused} paused` : ""}, {counted(automations.length, "automation")}
        </PageHead>
      }
    >
      <Panel id="schedules" title="Schedules">
        <div id="schedule-list" data-live>
          {schedules.length === 0
            ? <p class="empty">No schedule is declared: assets are materialized on request.</p>
            : (
              <ul class="entries">
                {schedules.map((schedule) => (
                  <li id={schedule.name}>
                    <Schedule schedule={schedule} now={now} />
                  </li>
                ))}
              </ul>
            )}
        </div>
        <p class="faint">Ticks missed while paused are not caught up.</p>
      </Panel>
      <Panel id="automation" title="Automations">
        <div id="automation-list" data-live>
          {automations.length === 0
            ? <p class="empty">No asset has an automation.</p>
            : <Automations automations={automations} now={now} />}
        </div>
        <p class="faint">Paused automations are still evaluated but start no runs.</p>
      </Panel>
    </Layout>
  );
}

function Schedule({ schedule, now }: { schedule: ScheduleState; now: number }) {
  const { name, description, cron, timeZone, selection, upcoming, pausedAt, lastTicks } = schedule;
  const words = cronInWords(cron);
  return (
    <>
      <div class="line">
        <strong>{name}</strong>
        {pausedAt === null
          ? (
            <span>
              {upcoming[0]
                ? (
                  <>
                    next <Moment at={upcoming[0]} now={now} />
                  </>
                )
                : "no further tick"}
            </span>
          )
          : (
            <span class="badge paused">
              <span aria-hidden="true">‖</span> paused <Moment at={pausedAt} now={now} />
            </span>
          )}
        <span class="line">
          <button
            type="button"
            id={`fire-${name}`}
            data-act="schedule tick"
            data-to={name}
            aria-label={`Run now: ${name}`}
          >
            Run now
          </button>
          <button
            type="button"
            id={`turn-${name}`}
            class="quiet"
            data-act={`schedule ${pausedAt === null ? "pause" : "resume"}`}
            data-to={name}
            data-said={`${name} ${pausedAt === null ? "is paused" : "is resumed"}.`}
            aria-label={`${pausedAt === null ? "Pause" : "Resume"} ${name}`}
          >
            {pausedAt === null ? "Pause" : "Resume"}
          </button>
        </span>
      </div>
      <p>{description}</p>
      <p class="faint">
        {selection === "*" ? "All assets" : <code>{selection}</code>} {words ?? ""} <code>{cron}</code> ({timeZone})
      </p>
      <div class="columns">
        <div>
          <h3>{pausedAt === null ? "Next" : "Next, once resumed"} ({timeZone})</h3>
          <ol class="times">
            {upcoming.map((at) => (
              <li>
                <ScheduleTime at={at} timeZone={timeZone} />
              </li>
            ))}
          </ol>
        </div>
        <div>
          <h3>Last</h3>
          {lastTicks.length === 0 ? <p class="faint">It has not fired yet.</p> : (
            <ol class="times">
              {lastTicks.map((tick) => (
                <li>
                  <Tick tick={tick} timeZone={timeZone} />
                </li>
              ))}
            </ol>
          )}
        </div>
      </div>
    </>
  );
}

function Tick(
  { tick: { scheduledAt, firedAt, madeUp, asked, runId }, timeZone }: { tick: ScheduleTick; timeZone: string },
) {
  return (
    <>
      <ScheduleTime at={asked ? firedAt : scheduledAt} timeZone={timeZone} />
      {": "}
      {runId === null ? "nothing was stale" : <a href={`/runs/${runId}`}>run {runId}</a>}
      {asked ? ", started by hand" : madeUp ? `, caught up at ${zoned(firedAt, timeZone)}` : ""}
    </>
  );
}

function Automations({ automations, now }: { automations: readonly AutomationState[]; now: number }) {
  const columns: Column<AutomationState>[] = [
    { title: "Asset", header: true, cell: ({ key }) => <a href={`/assets/${encodeURIComponent(key)}`}>{key}</a> },
    { title: "Condition", cell: ({ condition, meaning }) => <code title={meaning ?? undefined}>{condition}</code> },
    {
      title: "Last requested run",
      cell({ evaluations }) {
        const asked = evaluations.find(({ runId }) => runId !== null);
        if (!asked) return <span class="faint">none yet</span>;
        return (
          <>
            <Moment at={asked.evaluatedAt} now={now} />: <a href={`/runs/${asked.runId}`}>run {asked.runId}</a>
          </>
        );
      },
    },
    {
      title: "State",
      cell: ({ key, pausedAt }) => (
        <>
          <button
            type="button"
            id={`automation-${key}`}
            class="quiet"
            data-act={`automation ${pausedAt === null ? "pause" : "resume"}`}
            data-to={key}
            data-said={`The automation of ${key} is ${pausedAt === null ? "paused" : "resumed"}.`}
            aria-label={`${pausedAt === null ? "Pause" : "Resume"} the automation of ${key}`}
          >
            {pausedAt === null ? "Pause" : "Resume"}
          </button>
          {pausedAt !== null && (
            <span class="badge paused">
              {" "}
              <span aria-hidden="true">‖</span> paused <Moment at={pausedAt} now={now} />
            </span>
          )}
        </>
      ),
    },
  ];
  return <DataTable label="Automations" csv="automations" columns={columns} rows={automations} />;
}

/** A moment in the schedule's time zone; its title has the reader's. */
function ScheduleTime({ at, timeZone }: { at: string; timeZone: string }) {
  const chosen = useContext(PreferencesContext).timeZone;
  return <time datetime={at} title={moment(at, chosen)}>{zoned(at, timeZone)}</time>;
}

/** A moment in the schedule's time zone: `Mon 2026-11-23 18:30`. */
function zoned(iso: string, timeZone: string): string {
  const at = Temporal.Instant.from(iso).toZonedDateTimeISO(timeZone);
  const weekday = at.toLocaleString("en-GB", { weekday: "short" });
  return `${weekday} ${at.toPlainDate()} ${at.toPlainTime().toString({ smallestUnit: "minute" })}`;
}
