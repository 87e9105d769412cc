import { Hono } from "hono";
import { z } from "zod";
import { type Engine, LiveProcess } from "../engine/mod.ts";
import { describeRoute, objectAnswer } from "./openapi/describe_route.ts";

const describeProcesses = describeRoute({
  tag: "Runs",
  summary: "Servers, workers and commands that share the database, and the steps that they run",
  answers: {
    200: objectAnswer("ProcessList", { processes: z.array(LiveProcess) }, "Processes that are alive, the oldest first"),
  },
});

/** `GET /v1/processes`. */
export function processRoutes(engine: Pick<Engine, "processes">) {
  return new Hono().get("/", describeProcesses, async (c) => c.json({ processes: await engine.processes() }));
}
