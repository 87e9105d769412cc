import { useContext } from "hono/jsx";
import type { BackfillSummary, RunSummary, ScheduleState } from "../../engine/mod.ts";
import { counted, duration, moment, zoneName } from "../figures.ts";
import { PreferencesContext } from "../preferences.ts";
import { axisMarks, packed, percentAt, percentText, type TimeSpan } from "../time_axis.ts";

export interface RunTimelineProps {
  span: TimeSpan;
  now: number;
  runs: readonly RunSummary[];
  backfills: readonly BackfillSummary[];
  schedules: readonly ScheduleState[];
}

const rowHeight = 16;
const barHeight = 12;
const axisHeight = 20;
/** Maximum number of rows; further simultaneous runs are only in the list. */
const mostRows = 12;
/** Minimum width, so that a short run can be seen and clicked. */
const leastPercent = 0.5;

/** Past, running and scheduled runs on one time axis. */
export function RunTimeline({ span, now, runs, backfills, schedules }: RunTimelineProps) {
  const { timeZone } = useContext(PreferencesContext);
  const bars = [
    ...backfills.map((backfill) => ({
      kind: "backfill",
      state: backfill.status as string,
      path: `/backfills/${backfill.id}`,
      title: `Backfill ${backfill.id}, ${backfill.status}`,
      from: percentAt(span, Date.parse(backfill.createdAt)),
      to: percentAt(span, backfill.finishedAt ? Date.parse(backfill.finishedAt) : now),
    })),
    ...runs.map((run) => {
      const begun = Date.parse(run.startedAt ?? run.createdAt);
      const ended = run.finishedAt ? Date.parse(run.finishedAt) : now;
      return {
        kind: "run",
        state: run.status as string,
        path: `/runs/${run.id}`,
        title: `Run ${run.id}, ${run.status}, ${duration(ended - begun)}, since ${
          moment(new Date(begun).toISOString(), timeZone)
        }`,
        from: percentAt(span, begun),
        to: percentAt(span, ended),
      };
    }),
  ].filter(({ from, to }) => to >= 0 && from <= 100).map((bar) => {
    const from = Math.max(0, bar.from);
    return { ...bar, from, to: Math.max(Math.min(100, bar.to), from + leastPercent) };
  });
  const rows = packed(bars);
  const height = rowHeight * Math.min(mostRows, Math.max(1, ...rows.map((row) => row + 1)));
  const ticks = schedules.flatMap(({ name, upcoming, pausedAt }) =>
    upcoming.map((at) => ({ name, at, paused: pausedAt !== null, x: percentAt(span, Date.parse(at)) }))
  ).filter(({ x }) => x >= 0 && x <= 100);
  const hidden = rows.filter((row) => row >= mostRows).length;
  return (
    <figure class="timeline">
      <svg
        role="group"
        aria-label={`${counted(runs.length, "run")} and ${
          counted(ticks.length, "tick")
        } to come; the table below has the runs`}
        width="100%"
        height={height + rowHeight + axisHeight}
      >
        <g class="marks" aria-hidden="true">
          {axisMarks(span, timeZone).map(({ atMs, text }) => {
            const x = percentText(percentAt(span, atMs));
            return (
              <>
                <line x1={x} x2={x} y1="0" y2={height + rowHeight} />
                <text x={x} y={height + rowHeight + 14} text-anchor="middle">{text}</text>
              </>
            );
          })}
        </g>
        <g class="now" aria-hidden="true">
          <line
            x1={percentText(percentAt(span, now))}
            x2={percentText(percentAt(span, now))}
            y1="0"
            y2={height + rowHeight}
          />
        </g>
        {bars.map(({ kind, state, path, title, from, to }, i) =>
          rows[i]! < mostRows && (
            <a href={path} aria-label={title}>
              <rect
                class={`bar ${kind} ${state}`}
                x={percentText(from)}
                width={percentText(to - from)}
                y={rows[i]! * rowHeight + 2}
                height={barHeight}
                rx={state === "succeeded" ? 5 : 1}
              >
                <title>{title}</title>
              </rect>
            </a>
          )
        )}
        {ticks.map(({ name, at, paused, x }) => (
          <a href={`/schedules#${name}`}>
            <title>{`${name} ${paused ? "would fire, but is paused" : "fires"} at ${moment(at, timeZone)}`}</title>
            <text
              class={paused ? "tick paused" : "tick-mark"}
              x={percentText(x)}
              y={height + 12}
              text-anchor="middle"
              aria-hidden="true"
            >
              {paused ? "▽" : "▼"}
            </text>
          </a>
        ))}
      </svg>
      <figcaption class="faint">
        Times in {zoneName(new Date(now).toISOString(), timeZone)}; the line is now. ▼ a schedule fires, ▽ it is paused.
        {hidden > 0 && ` ${counted(hidden, "more bar")} at the same times are only in the table.`}
      </figcaption>
      <ul class="strip-legend">
        {["succeeded", "running", "queued", "failed", "cancelled", "backfill"].map((name) => (
          <li>
            <svg width="18" height="12" aria-hidden="true">
              <rect
                class={name === "backfill" ? "bar backfill running" : `bar run ${name}`}
                x="1"
                y="1"
                width="16"
                height="10"
                rx={name === "succeeded" ? 5 : 1}
              />
            </svg>{" "}
            {name}
          </li>
        ))}
      </ul>
    </figure>
  );
}
