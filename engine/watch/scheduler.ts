import type { Cron } from "croner";
import { z } from "zod";
import type { Clock, SharedClock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/database.ts";
import { isDatabaseTrouble } from "../store/database_trouble.ts";
import { parseCron } from "../declare/cron.ts";
import type { Engine } from "../engine.ts";
import { DefinitionError, messageOf, UnknownScheduleError } from "../errors.ts";
import type { Logger } from "../../resources/logger.ts";
import { pause } from "../declare/retry.ts";
import { instant, named } from "../record_schema.ts";
import { ScheduleRecord, ScheduleTick } from "../store/schedule_record.ts";
import { select } from "../declare/selection.ts";

/** A selection and its times. A tick materializes the stale assets of the selection, and nothing else. */
const Schedule = z.strictObject({
  /** Its one name, in snake_case: ticks are recorded under it. */
  name: z.string(),
  description: z.string(),
  /**
   * Five or six fields, as in croner. A time of day skipped when clocks go forward fires at the first moment after the gap; one
   * repeated when they go back fires the first time. With `*` or a step in hours, minutes or seconds it fires in real time, through
   * both.
   */
  cron: z.string(),
  /** IANA name, e.g. `America/New_York`. */
  timeZone: z.string(),
  selection: z.string(),
});
export type Schedule = z.infer<typeof Schedule>;

/** A schedule with its past and future ticks. */
export const ScheduleState = named(
  "Schedule",
  Schedule.extend({
    nextAt: instant.nullable(),
    /** The next times at which it fires, or would without its pause. */
    upcoming: z.array(instant),
    /** Start of its pause; `null` if it is not paused. */
    pausedAt: instant.nullable(),
    lastTick: ScheduleTick.nullable(),
    /** The last ticks, newest first. */
    lastTicks: z.array(ScheduleTick),
  }),
);
export type ScheduleState = z.infer<typeof ScheduleState>;

/** Number of future and of past ticks in a schedule's state. */
const shownTicks = 5;

/** Polling interval of a database that did not answer. */
const awayPollMs = 1_000;

/** The longest sleep between two readings of the clock: the limit of the delay of a tick after a laptop was suspended. */
const longestSleepMs = 30_000;

/**
 * Fires schedules. Ticks are rows keyed by schedule and time, so that exactly one of all processes on a database fires each; ticks
 * missed while none was running are made up at start, by a single one.
 */
export class Scheduler {
  readonly #stopping = new AbortController();
  readonly #crons: Map<string, Cron>;
  readonly #record: ScheduleRecord;
  #loop: Promise<void> = Promise.resolve();

  /** @throws {DefinitionError} If a cron expression, a time zone, a selection or a name is invalid. */
  constructor(
    private readonly around: {
      engine: Engine;
      database: Database;
      schedules: readonly Schedule[];
      /** A shared clock if several processes fire the same schedules: a wrong clock neither fires nor suppresses ticks. */
      clock: Clock & Partial<SharedClock>;
      logger: Logger;
    },
  ) {
    this.#record = new ScheduleRecord(around.database);
    this.#crons = new Map(around.schedules.map((schedule) => [schedule.name, parse(schedule)]));
    if (this.#crons.size < around.schedules.length) {
      throw new DefinitionError("Two schedules have the same name, which identifies their ticks: rename one.");
    }
    for (const schedule of around.schedules) {
      try {
        select(around.engine.graph, schedule.selection);
      } catch (error) {
        throw new DefinitionError(`Schedule "${schedule.name}" selects nothing: ${messageOf(error)}`, { cause: error });
      }
    }
  }

  /** Catches up on missed ticks and runs until {@link stop}; it waits for an unreachable database. */
  async start(): Promise<void> {
    this.#loop = this.#run(await this.#look({ makingUp: true, away: false }));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  /** Fires the schedules due at the clock's time. Returns the ids of the queued runs. @throws If the database is down. */
  async tick({ makingUp = false } = {}): Promise<number[]> {
    const { database, schedules } = this.around;
    const now = await this.#now();
    await this.#setAside(now);
    const last = await this.#record.countingSince();
    const pauses = await this.#record.pauses();
    const runs: number[] = [];
    for (const schedule of schedules) {
      const before = last.get(schedule.name);
      if (!before) {
        // A new schedule has missed nothing: record the start of its ticks.
        await database.sql`
          INSERT INTO engine.schedule_tick (schedule, scheduled_at) VALUES (${schedule.name}, ${now})
          ON CONFLICT DO NOTHING`;
        continue;
      }
      const due = this.#crons.get(schedule.name)!.previousRuns(1, new Date(now.getTime() + 1))[0];
      if (!due || due.getTime() <= Date.parse(before) || pauses.has(schedule.name)) continue;
      const run = await this.#fire(schedule, { at: due, madeUp: makingUp, asked: false }).catch((error) => {
        if (isDatabaseTrouble(error)) throw error;
        // The tick is not recorded as fired: the next poll tries again.
        this.around.logger.error(`Schedule ${schedule.name} could not fire: ${messageOf(error)}`, {
          schedule: schedule.name,
        });
        return undefined;
      });
      if (run !== undefined) runs.push(run);
    }
    return runs;
  }

  /** All schedules in order of declaration. */
  async states(): Promise<ScheduleState[]> {
    const names = this.around.schedules.map(({ name }) => name);
    const now = await this.#now();
    const [pauses, ticks] = await Promise.all([
      this.#record.pauses(),
      this.#record.lastTicks(names, { now, limit: shownTicks }),
    ]);
    return this.around.schedules.map((schedule) => {
      const { name } = schedule;
      const upcoming = this.#crons.get(name)!.nextRuns(shownTicks, now).map((at) => at.toISOString());
      const pausedAt = pauses.get(name) ?? null;
      const lastTicks = ticks.get(name) ?? [];
      return {
        ...schedule,
        nextAt: pausedAt === null ? upcoming[0] ?? null : null,
        upcoming,
        pausedAt,
        lastTick: lastTicks[0] ?? null,
        lastTicks,
      };
    });
  }

  /** Pauses a schedule, in every process, until it is resumed. @throws {UnknownScheduleError} */
  async pause(name: string): Promise<void> {
    await this.#record.pause(this.#schedule(name).name);
  }

  /** Resumes a schedule. Ticks missed during the pause are not made up. @throws {UnknownScheduleError} */
  async resume(name: string): Promise<void> {
    await this.#record.resume(this.#schedule(name).name, await this.#now());
  }

  /**
   * Fires a schedule now, paused or not, in addition to its own ticks.
   *
   * @returns The run; `null` if nothing was stale.
   * @throws {UnknownScheduleError}
   */
  async fireNow(name: string): Promise<number | null> {
    const schedule = this.#schedule(name);
    const at = await this.#now();
    await this.#setAside(at);
    return await this.#fire(schedule, { at, madeUp: false, asked: true }) ?? null;
  }

  #schedule(name: string): Schedule {
    const { schedules } = this.around;
    const schedule = schedules.find((one) => one.name === name);
    if (!schedule) throw new UnknownScheduleError(name, schedules.map((one) => one.name));
    return schedule;
  }

  async #fire(
    { name, selection }: Schedule,
    tick: { at: Date; madeUp: boolean; asked: boolean },
  ): Promise<number | undefined> {
    const { engine, database, logger } = this.around;
    // A paused automation keeps the asset's rows as they are. A tick requested by a user materializes it anyway.
    const plan = await engine.plan({ selection }, { except: tick.asked ? undefined : await engine.automation.held() });
    const runId = await database.sql.begin(async (tx) => {
      const at = await this.#record.spend(tx, { name, ...tick });
      if (at === undefined || plan.steps.length === 0) return undefined;
      const runId = await engine.queue(tx, plan, `schedule:${name}`);
      await this.#record.setRun(tx, { name, at, runId });
      return runId;
    });
    if (runId !== undefined) {
      logger.info(`Schedule ${name} started run ${runId}.`, { schedule: name, runId, madeUp: tick.madeUp });
      engine.begin(runId);
    }
    return runId;
  }

  async #now(): Promise<Date> {
    const { clock } = this.around;
    await clock.sync?.();
    return new Date(clock.now().epochMilliseconds);
  }

  /** Ticks ahead of the clock were fired by a wrong clock: they must not suppress their schedule until their time. */
  async #setAside(now: Date): Promise<void> {
    for (const { schedule, ticks, newest } of await this.#record.setAside(now)) {
      this.around.logger.warn(
        `${ticks === 1 ? "A tick" : `${ticks} ticks`} of schedule ${schedule} up to ${newest} fired ahead of time: ` +
          `a clock was ahead then, or is behind now. The schedule continues from ${now.toISOString()}.`,
        { schedule },
      );
    }
  }

  /** @param started Whether missed ticks have been made up. */
  async #run(started: boolean): Promise<void> {
    const { clock } = this.around;
    for (let [makingUp, away] = [!started, !started];;) {
      const now = clock.now().epochMilliseconds;
      const next = Math.min(...[...this.#crons.values()].map((c) => c.nextRun(new Date(now))?.getTime() ?? Infinity));
      const sleepMs = away ? awayPollMs : Math.max(50, Math.min(longestSleepMs, next - now + 5));
      await pause(sleepMs, this.#stopping.signal).catch(() => {});
      if (this.#stopping.signal.aborted) return;
      away = !await this.#look({ makingUp, away });
      makingUp &&= away;
    }
  }

  /** Fires due schedules. False if the database is down, which is logged once. */
  async #look({ makingUp, away }: { makingUp: boolean; away: boolean }): Promise<boolean> {
    try {
      await this.tick({ makingUp });
      return true;
    } catch (error) {
      if (!away) this.around.logger.warn(`The schedules could not be evaluated: ${messageOf(error)}`);
      return false;
    }
  }
}

function parse({ name, cron, timeZone }: Schedule): Cron {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new DefinitionError(`The name of schedule "${name}" must be in snake_case.`);
  }
  return parseCron(cron, timeZone, `Schedule "${name}"`);
}
