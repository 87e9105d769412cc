import { Hono } from "hono";
import { z } from "zod";
import { type Scheduler, UnknownScheduleError } from "../engine/mod.ts";
import { jsonBody } from "./validation.ts";

/** What is asked of the schedules. */
export type ScheduleControl = Pick<Scheduler, "states" | "pause" | "resume" | "fireNow">;

const nothing = z.strictObject({});

/** Routes under `/v1/schedules`. */
export function scheduleRoutes(scheduler: ScheduleControl) {
  const stateOf = async (name: string) => {
    const states = await scheduler.states();
    const state = states.find((one) => one.name === name);
    if (!state) throw new UnknownScheduleError(name, states.map((one) => one.name));
    return state;
  };
  return new Hono()
    // In the order in which they are declared, each with its last and next ticks.
    .get("/", async (c) => c.json({ schedules: await scheduler.states() }))
    .get("/:name", async (c) => c.json(await stateOf(c.req.param("name"))))
    // Keeps it from firing, in every process, until it is resumed.
    .post("/:name/pause", jsonBody(nothing), async (c) => {
      const name = c.req.param("name");
      await scheduler.pause(name);
      return c.json(await stateOf(name));
    })
    // Lets it fire again; what it would have fired meanwhile is not made up.
    .post("/:name/resume", jsonBody(nothing), async (c) => {
      const name = c.req.param("name");
      await scheduler.resume(name);
      return c.json(await stateOf(name));
    })
    // Fires it now, paused or not.
    .post("/:name/tick", jsonBody(nothing), async (c) => {
      const schedule = c.req.param("name");
      const runId = await scheduler.fireNow(schedule);
      return c.json({ schedule, runId }, 202, runId === null ? {} : { Location: `/v1/runs/${runId}` });
    });
}
