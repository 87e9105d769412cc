import { Hono } from "hono";
import type { Scheduler } from "../engine/mod.ts";

/** Routes under `/v1/schedules`. */
export function scheduleRoutes(scheduler: Pick<Scheduler, "states">) {
  return new Hono()
    // In the order in which they are declared, each with its last and next tick.
    .get("/", async (c) => c.json({ schedules: await scheduler.states() }));
}
