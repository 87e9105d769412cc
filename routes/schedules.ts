import { Hono } from "hono";
import { z } from "zod";
import { type Scheduler, ScheduleState, UnknownScheduleError } from "../engine/mod.ts";
import { describeRoute, objectAnswer, type Operation } from "./openapi/describe_route.ts";
import { jsonBody } from "./validation.ts";

/** Interface to the schedules. */
export type ScheduleControl = Pick<Scheduler, "states" | "pause" | "resume" | "fireNow">;

const nothing = z.strictObject({});

const describeList = describeRoute({
  tag: "Schedules",
  summary: "Schedules with their last and next tick",
  answers: { 200: objectAnswer("ScheduleList", { schedules: z.array(ScheduleState) }, "The schedules") },
});
const one: Pick<Operation, "tag" | "path" | "answers" | "problems"> = {
  tag: "Schedules",
  path: { name: { description: "Name of the schedule", schema: z.string() } },
  answers: { 200: { description: "The schedule", schema: ScheduleState } },
  problems: [404],
};
const describeSchedule = describeRoute({ ...one, summary: "One schedule" });
const describePause = describeRoute({
  ...one,
  summary: "Pause a schedule in every process",
});
const describeResume = describeRoute({
  ...one,
  summary: "Resume a schedule",
  description: "Ticks missed while paused are not caught up.",
});
const describeTick = describeRoute({
  ...one,
  summary: "Fire a schedule now, paused or not",
  answers: {
    202: objectAnswer(
      "ScheduleFired",
      { schedule: z.string(), runId: z.int().nullable() },
      "The started run, if anything was stale",
      { headers: { Location: "URL of the run" } },
    ),
  },
});

/** Routes under `/v1/schedules`. */
export function scheduleRoutes(scheduler: ScheduleControl) {
  const stateOf = async (name: string) => {
    const states = await scheduler.states();
    const state = states.find((one) => one.name === name);
    if (!state) throw new UnknownScheduleError(name, states.map((one) => one.name));
    return state;
  };
  return new Hono()
    // In order of declaration.
    .get("/", describeList, async (c) => c.json({ schedules: await scheduler.states() }))
    .get("/:name", describeSchedule, async (c) => c.json(await stateOf(c.req.param("name"))))
    .post("/:name/pause", describePause, jsonBody(nothing), async (c) => {
      const name = c.req.param("name");
      await scheduler.pause(name);
      return c.json(await stateOf(name));
    })
    .post("/:name/resume", describeResume, jsonBody(nothing), async (c) => {
      const name = c.req.param("name");
      await scheduler.resume(name);
      return c.json(await stateOf(name));
    })
    .post("/:name/tick", describeTick, jsonBody(nothing), async (c) => {
      const schedule = c.req.param("name");
      const runId = await scheduler.fireNow(schedule);
      return c.json({ schedule, runId }, 202, runId === null ? {} : { Location: `/v1/runs/${runId}` });
    });
}
