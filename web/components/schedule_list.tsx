import type { ScheduleState } from "../../engine/mod.ts";
import { Moment } from "./moment.tsx";

/** What is materialized when, and when next. */
export function ScheduleList({ schedules, now }: { schedules: readonly ScheduleState[]; now: number }) {
  return (
    <ul class="entries">
      {schedules.map(({ name, description, cron, timeZone, selection, nextAt, pausedAt, lastTick }) => (
        <li>
          <div class="line">
            <strong>{name}</strong>
            {nextAt
              ? (
                <span>
                  next <Moment at={nextAt} now={now} />
                </span>
              )
              : <span class="faint">{pausedAt === null ? "never again" : "paused"}</span>}
          </div>
          <p>{description}</p>
          <p class="faint">
            <code>{selection}</code> at <code>{cron}</code> ({timeZone})
            {lastTick && (
              <>
                ; last <Moment at={lastTick.firedAt} now={now} />
                {lastTick.madeUp ? ", made up for a missed tick" : ""}
                {lastTick.runId === null ? ", nothing was stale" : `, run ${lastTick.runId}`}
              </>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}
