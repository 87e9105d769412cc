import { z } from "zod";
import type { Database, Sql } from "../../resources/database/database.ts";
import { instant, named } from "../record_schema.ts";

/** A tick that fired. */
export const ScheduleTick = named(
  "ScheduleTick",
  z.strictObject({
    scheduledAt: instant,
    firedAt: instant,
    madeUp: z.boolean().describe("Whether it was missed while no process ran, and caught up later"),
    asked: z.boolean().describe("Whether a request fired it, not the clock"),
    runId: z.int().nullable().describe("null where nothing was stale"),
  }),
);
export type ScheduleTick = z.infer<typeof ScheduleTick>;

/** Maximum lead of a tick over the clock that still counts as clock skew. */
const clockTolerance = "1 minute";

/** The engine's tables of schedules. */
export class ScheduleRecord {
  constructor(private readonly database: Database) {}

  /** Time after which each schedule's ticks are due, by name: its last tick, fired or not. */
  async countingSince(): Promise<Map<string, string>> {
    const rows = await this.database.sql<{ schedule: string; at: string }[]>`
      SELECT schedule, max(scheduled_at) AS at FROM engine.schedule_tick WHERE NOT asked AND NOT ahead GROUP BY schedule`;
    return new Map(rows.map(({ schedule, at }) => [schedule, at]));
  }

  /**
   * Sets aside ticks that lie ahead of `now` by more than the clock tolerance: they were recorded by a wrong clock, and their times
   * are still to fire. Returns their number for each schedule with any.
   */
  async setAside(now: Date): Promise<{ schedule: string; ticks: number; newest: string }[]> {
    return await this.database.sql<{ schedule: string; ticks: number; newest: string }[]>`
      WITH aside AS (
        UPDATE engine.schedule_tick SET ahead = true
        WHERE NOT ahead AND scheduled_at > ${now}::timestamptz + ${clockTolerance}::interval
        RETURNING schedule, scheduled_at
      )
      SELECT schedule, count(*)::integer AS ticks, max(scheduled_at) AS newest FROM aside GROUP BY schedule ORDER BY schedule`;
  }

  /** Start of the pause of each paused schedule. */
  async pauses(): Promise<Map<string, string>> {
    const rows = await this.database.sql<{ schedule: string; at: string }[]>`
      SELECT schedule, paused_at AS at FROM engine.schedule_pause`;
    return new Map(rows.map(({ schedule, at }) => [schedule, at]));
  }

  /** The last ticks of each schedule up to `now`, newest first. */
  async lastTicks(
    names: readonly string[],
    { now, limit }: { now: Date; limit: number },
  ): Promise<Map<string, ScheduleTick[]>> {
    const rows = await this.database.sql<(ScheduleTick & { schedule: string })[]>`
      SELECT n.schedule, t.scheduled_at AS "scheduledAt", t.fired_at AS "firedAt", t.made_up AS "madeUp", t.asked,
             t.run_id AS "runId"
      FROM unnest(${names as string[]}::text[]) AS n(schedule)
      CROSS JOIN LATERAL (
        SELECT * FROM engine.schedule_tick
        WHERE schedule = n.schedule AND fired_at IS NOT NULL AND scheduled_at <= ${now}::timestamptz + ${clockTolerance}::interval
        ORDER BY scheduled_at DESC LIMIT ${limit}
      ) t ORDER BY t.scheduled_at DESC`;
    const ticks = Map.groupBy(rows, ({ schedule }) => schedule);
    return new Map([...ticks].map(([name, of]) => [name, of.map(({ schedule: _, ...tick }) => tick)]));
  }

  /** Idempotent. */
  async pause(name: string): Promise<void> {
    await this.database.sql`INSERT INTO engine.schedule_pause (schedule) VALUES (${name}) ON CONFLICT DO NOTHING`;
  }

  /** Ends a pause; ticks before `now` are missed for good. No effect on a schedule that is not paused. */
  async resume(name: string, now: Date): Promise<void> {
    await this.database.sql.begin(async (tx) => {
      const ended = await tx`DELETE FROM engine.schedule_pause WHERE schedule = ${name} RETURNING schedule`;
      if (ended.length === 0) return;
      await tx`
        INSERT INTO engine.schedule_tick (schedule, scheduled_at) VALUES (${name}, ${now}) ON CONFLICT DO NOTHING`;
    });
  }

  /**
   * Records a tick as fired, within a transaction. No two requests share a tick: a requested tick is a little later than every
   * other tick of its moment.
   *
   * @returns The tick's time as text, for {@link setRun}; `undefined` if another process was first, or if the schedule is paused
   * and the tick was not requested.
   */
  async spend(
    tx: Sql,
    { name, at, madeUp, asked }: { name: string; at: Date; madeUp: boolean; asked: boolean },
  ): Promise<string | undefined> {
    const [row] = await tx<{ at: string }[]>`
      INSERT INTO engine.schedule_tick (schedule, scheduled_at, fired_at, made_up, asked)
      SELECT ${name},
             CASE WHEN ${asked} THEN interval '1 microsecond' + greatest(${at}::timestamptz, (
               SELECT max(scheduled_at) FROM engine.schedule_tick WHERE schedule = ${name} AND NOT ahead
             )) ELSE ${at}::timestamptz END,
             clock_timestamp(), ${madeUp}, ${asked}
      WHERE ${asked} OR NOT EXISTS (SELECT FROM engine.schedule_pause WHERE schedule = ${name})
      ON CONFLICT (schedule, scheduled_at) DO UPDATE
        SET fired_at = excluded.fired_at, made_up = excluded.made_up, asked = excluded.asked, run_id = NULL, ahead = false
        WHERE schedule_tick.ahead
      RETURNING scheduled_at::text AS at`;
    return row?.at;
  }

  /** Records the run started by a tick. */
  async setRun(tx: Sql, { name, at, runId }: { name: string; at: string; runId: number }): Promise<void> {
    await tx`
      UPDATE engine.schedule_tick SET run_id = ${runId}
      WHERE schedule = ${name} AND scheduled_at = ${at}::text::timestamptz`;
  }
}
