import type { Cron } from "croner";
import type { Clock } from "../resources/clock.ts";
import type { Database } from "../resources/database/database.ts";
import { parseCron } from "./cron.ts";
import type { Engine } from "./engine.ts";
import { DefinitionError, messageOf } from "./errors.ts";
import type { Logger } from "./logger.ts";
import { pause } from "./retry.ts";
import { select } from "./selection.ts";

/** When to materialize what. A tick materializes what is stale in the selection, and nothing else. */
export interface Schedule {
  /** Its one name, in snake_case: ticks are remembered under it. */
  name: string;
  description: string;
  /**
   * Five or six fields, as croner reads them. A time of day that does not exist, because clocks go forward, fires at the first
   * moment after the gap; one that comes twice, because they go back, fires the first time. With `*` or a step in hours, minutes
   * or seconds it fires in real time, through both.
   */
  cron: string;
  /** IANA name, e.g. `America/New_York`. */
  timeZone: string;
  selection: string;
}

/** A schedule with what it did and will do. */
export interface ScheduleState extends Schedule {
  nextAt: string | null;
  lastTick: {
    scheduledAt: string;
    firedAt: string;
    /** Whether it was missed while no process was there, and made up later. */
    madeUp: boolean;
    /** `null` where nothing was stale. */
    runId: number | null;
  } | null;
}

/** The longest sleep between two looks at the clock: a laptop that was closed must not oversleep a tick by more. */
const longestSleepMs = 30_000;

/**
 * Fires schedules. Ticks are rows with the schedule and its time as their key, so that of all processes on a database one
 * fires each; what was missed while none was there is made up at start, once, however many ticks it was.
 */
export class Scheduler {
  readonly #stopping = new AbortController();
  readonly #crons: Map<string, Cron>;
  #loop: Promise<void> = Promise.resolve();

  /** @throws {DefinitionError} If a cron expression, a time zone, a selection or a name is wrong. */
  constructor(
    private readonly around: {
      engine: Engine;
      database: Database;
      schedules: readonly Schedule[];
      clock: Clock;
      logger: Logger;
    },
  ) {
    this.#crons = new Map(around.schedules.map((schedule) => [schedule.name, parse(schedule)]));
    if (this.#crons.size < around.schedules.length) {
      throw new DefinitionError("Two schedules have the same name. Ticks are remembered by name: give each its own.");
    }
    for (const schedule of around.schedules) {
      try {
        select(around.engine.graph, schedule.selection);
      } catch (error) {
        throw new DefinitionError(`Schedule "${schedule.name}" selects nothing: ${messageOf(error)}`, { cause: error });
      }
    }
  }

  /** Makes up what was missed and goes on until {@link stop}. */
  async start(): Promise<void> {
    await this.tick({ makingUp: true });
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  /** Fires what is due at the clock's time. Returns the ids of the runs that it queued. */
  async tick({ makingUp = false } = {}): Promise<number[]> {
    const { database, schedules, clock } = this.around;
    const now = new Date(clock.now().epochMilliseconds);
    const last = new Map((await this.#lastTicks()).map((tick) => [tick.schedule, tick]));
    const runs: number[] = [];
    for (const schedule of schedules) {
      const before = last.get(schedule.name);
      if (!before) {
        // A schedule that was never seen has missed nothing: remember from when on it counts.
        await database.sql`
          INSERT INTO engine.schedule_tick (schedule, scheduled_at) VALUES (${schedule.name}, ${now})
          ON CONFLICT DO NOTHING`;
        continue;
      }
      const due = this.#crons.get(schedule.name)!.previousRuns(1, new Date(now.getTime() + 1))[0];
      if (!due || due.getTime() <= Date.parse(before.scheduledAt)) continue;
      const run = await this.#fire(schedule, due, makingUp);
      if (run !== undefined) runs.push(run);
    }
    return runs;
  }

  /** All schedules in the order in which they are declared. */
  async states(): Promise<ScheduleState[]> {
    const ticks = new Map((await this.#lastTicks()).map((tick) => [tick.schedule, tick]));
    const now = new Date(this.around.clock.now().epochMilliseconds);
    return this.around.schedules.map((schedule) => {
      const tick = ticks.get(schedule.name);
      return {
        ...schedule,
        nextAt: this.#crons.get(schedule.name)!.nextRun(now)?.toISOString() ?? null,
        lastTick: tick && tick.firedAt !== null
          ? { scheduledAt: tick.scheduledAt, firedAt: tick.firedAt, madeUp: tick.madeUp, runId: tick.runId }
          : null,
      };
    });
  }

  async #fire(schedule: Schedule, due: Date, madeUp: boolean): Promise<number | undefined> {
    const { engine, database, logger } = this.around;
    try {
      const plan = await engine.plan({ selection: schedule.selection });
      const runId = await database.sql.begin(async (tx) => {
        const [mine] = await tx`
          INSERT INTO engine.schedule_tick (schedule, scheduled_at, fired_at, made_up)
          VALUES (${schedule.name}, ${due}, clock_timestamp(), ${madeUp})
          ON CONFLICT DO NOTHING RETURNING schedule`;
        if (!mine || plan.steps.length === 0) return undefined;
        const runId = await engine.queue(tx, plan, `schedule:${schedule.name}`);
        await tx`
          UPDATE engine.schedule_tick SET run_id = ${runId}
          WHERE schedule = ${schedule.name} AND scheduled_at = ${due}`;
        return runId;
      });
      if (runId !== undefined) {
        logger.info(`Schedule ${schedule.name} began run ${runId}.`, { schedule: schedule.name, runId, madeUp });
        engine.begin(runId);
      }
      return runId;
    } catch (error) {
      // The tick is not spent: the next look tries it again.
      logger.error(`Schedule ${schedule.name} could not fire: ${messageOf(error)}`, { schedule: schedule.name });
      return undefined;
    }
  }

  async #lastTicks() {
    return await this.around.database.sql<
      {
        schedule: string;
        scheduledAt: string;
        firedAt: string | null;
        madeUp: boolean;
        runId: number | null;
      }[]
    >`
      SELECT DISTINCT ON (schedule) schedule, scheduled_at AS "scheduledAt", fired_at AS "firedAt", made_up AS "madeUp",
             run_id AS "runId"
      FROM engine.schedule_tick ORDER BY schedule, scheduled_at DESC`;
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.around;
    while (!this.#stopping.signal.aborted) {
      const now = clock.now().epochMilliseconds;
      const next = Math.min(...[...this.#crons.values()].map((c) => c.nextRun(new Date(now))?.getTime() ?? Infinity));
      await pause(Math.max(50, Math.min(longestSleepMs, next - now + 5)), this.#stopping.signal).catch(() => {});
      if (this.#stopping.signal.aborted) return;
      await this.tick().catch((error) => logger.warn(`The schedules could not be looked at: ${messageOf(error)}`));
    }
  }
}

function parse({ name, cron, timeZone }: Schedule): Cron {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new DefinitionError(`The name of schedule "${name}" must be in snake_case.`);
  }
  return parseCron(cron, timeZone, `Schedule "${name}"`);
}
