import { Hono } from "hono";
import { z } from "zod";
import { type Engine, LiveProcess, named } from "../engine/mod.ts";
import { describeRoute } from "./openapi/describe_route.ts";

const describeProcesses = describeRoute({
  tag: "Runs",
  summary: "Servers, workers and commands that share the database, and the steps that they run",
  answers: {
    200: {
      description: "Processes that are alive, the oldest first",
      schema: named("ProcessList", z.strictObject({ processes: z.array(LiveProcess) })),
    },
  },
});

/** `GET /v1/processes`. */
export function processRoutes(engine: Pick<Engine, "processes">) {
  return new Hono().get("/", describeProcesses, async (c) => c.json({ processes: await engine.processes() }));
}
