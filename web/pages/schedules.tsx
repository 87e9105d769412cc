import type { AutomationState, ScheduleState, ScheduleTick } from "../../engine/mod.ts";
import { Moment } from "../components/moment.tsx";
import { Panel } from "../components/panel.tsx";
import { cronInWords } from "../cron_words.ts";
import { counted, moment } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { TableScroller } from "../components/table_scroller.tsx";

/** What the page with the schedules shows. */
export interface SchedulesPageData {
  schedules: readonly ScheduleState[];
  /** Of each asset that is made without anybody asking. */
  automations: readonly AutomationState[];
  now: number;
}

/** What begins by itself: by the clock, and because of what is upstream. */
export function SchedulesPage({ schedules, automations, now }: SchedulesPageData) {
  const paused = schedules.filter(({ pausedAt }) => pausedAt !== null).length;
  return (
    <Layout
      title="Schedules – Tandem"
      path="/schedules"
      script="runs.js"
      styles={["runs.css"]}
      headline={
        <div class="headline" id="headline" data-live>
          <div>
            <h1>Schedules</h1>
            <p>
              {counted(schedules.length, "schedule")}
              {paused > 0 ? `, ${paused} paused` : ""}, {counted(automations.length, "automation")}
            </p>
          </div>
        </div>
      }
    >
      <Panel id="schedules" title="By the clock">
        <div id="schedule-list" data-live>
          {schedules.length === 0 ? <p class="empty">There is no schedule.</p> : (
            <ul class="entries">
              {schedules.map((schedule) => (
                <li id={schedule.name}>
                  <Schedule schedule={schedule} now={now} />
                </li>
              ))}
            </ul>
          )}
        </div>
        <p class="faint">What a schedule would have fired while it is paused is not made up.</p>
      </Panel>
      <Panel id="automation" title="Because of what is upstream">
        <div id="automation-list" data-live>
          {automations.length === 0
            ? <p class="empty">No asset is made without anybody asking.</p>
            : <Automations automations={automations} now={now} />}
        </div>
        <p class="faint">A paused automation is judged on and not followed.</p>
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
                : "never again"}
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
            data-said={`${name} ${pausedAt === null ? "is paused" : "fires again"}.`}
            aria-label={`${pausedAt === null ? "Pause" : "Resume"} ${name}`}
          >
            {pausedAt === null ? "Pause" : "Resume"}
          </button>
        </span>
      </div>
      <p>{description}</p>
      <p class="faint">
        <code>{selection}</code> {words ?? ""} <code>{cron}</code> ({timeZone})
      </p>
      <div class="columns">
        <div>
          <h3>{pausedAt === null ? "Next" : "Next, if it were not paused"}</h3>
          <ol class="times">
            {upcoming.map((at) => (
              <li>
                <time datetime={at} title={moment(at)}>{zoned(at, timeZone)}</time>
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
      <time datetime={firedAt} title={moment(firedAt)}>{zoned(asked ? firedAt : scheduledAt, timeZone)}</time>
      {": "}
      {runId === null ? "nothing was stale" : <a href={`/runs/${runId}`}>run {runId}</a>}
      {asked ? ", because somebody asked" : madeUp ? `, made up at ${zoned(firedAt, timeZone)}` : ""}
    </>
  );
}

function Automations({ automations, now }: { automations: readonly AutomationState[]; now: number }) {
  return (
    <TableScroller label="Automations" csv="automations">
      <table>
        <thead>
          <tr>
            <th scope="col">Asset</th>
            <th scope="col">Condition</th>
            <th scope="col">Last time that it asked for something</th>
            <th scope="col">Followed</th>
          </tr>
        </thead>
        <tbody>
          {automations.map(({ key, condition, meaning, pausedAt, evaluations }) => {
            const asked = evaluations.find(({ runId }) => runId !== null);
            return (
              <tr>
                <th scope="row">
                  <a href={`/assets/${encodeURIComponent(key)}`}>{key}</a>
                </th>
                <td>
                  <code title={meaning ?? undefined}>{condition}</code>
                </td>
                <td>
                  {asked
                    ? (
                      <>
                        <Moment at={asked.evaluatedAt} now={now} />:{" "}
                        <a href={`/runs/${asked.runId}`}>run {asked.runId}</a>
                      </>
                    )
                    : <span class="faint">not yet</span>}
                </td>
                <td>
                  <button
                    type="button"
                    id={`automation-${key}`}
                    class="quiet"
                    data-act={`automation ${pausedAt === null ? "pause" : "resume"}`}
                    data-to={key}
                    data-said={`The automation of ${key} is ${pausedAt === null ? "paused" : "followed again"}.`}
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
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableScroller>
  );
}

/** A moment on the clock of the schedule: `Mon 2026-11-23 18:30`. */
function zoned(iso: string, timeZone: string): string {
  const at = Temporal.Instant.from(iso).toZonedDateTimeISO(timeZone);
  const weekday = at.toLocaleString("en-GB", { weekday: "short" });
  return `${weekday} ${at.toPlainDate()} ${at.toPlainTime().toString({ smallestUnit: "minute" })}`;
}
