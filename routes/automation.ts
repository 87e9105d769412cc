import { Hono } from "hono";
import { z } from "zod";
import { AutomationState, type Engine } from "../engine/mod.ts";
import { assetKey, describeRoute } from "./openapi/describe_route.ts";
import { query, wholeNumber } from "./validation.ts";

const Latest = z.strictObject({
  limit: wholeNumber(1, 50).default(10).describe("Number of evaluations to return"),
});

const describeState = describeRoute({
  tag: "Assets",
  summary: "The automation condition of an asset",
  description: "The condition, and its last evaluations as trees of true and false.",
  path: assetKey,
  example: { path: { key: "chosen_pairs" } },
  answers: { 200: { description: "The condition and its evaluations", schema: AutomationState } },
  problems: [404],
});
const describeChange = (summary: string) =>
  describeRoute({
    tag: "Assets",
    summary,
    path: assetKey,
    answers: { 200: { description: "The condition", schema: AutomationState } },
    problems: [404],
  });
const describePause = describeChange(
  "Pause an automation: its condition is still evaluated, but neither it nor a schedule starts a run of the asset",
);
const describeResume = describeChange("Resume an automation");

/** Routes under `/v1/assets/:key/automation`. */
export function automationRoutes(engine: Engine) {
  return new Hono()
    .get("/:key/automation", describeState, query(Latest), async (c) => {
      return c.json(await engine.automation.state(c.req.param("key"), c.req.valid("query")));
    })
    .post("/:key/automation/pause", describePause, async (c) => {
      const key = c.req.param("key");
      await engine.automation.pause(key);
      return c.json(await engine.automation.state(key));
    })
    .post("/:key/automation/resume", describeResume, async (c) => {
      const key = c.req.param("key");
      await engine.automation.resume(key);
      return c.json(await engine.automation.state(key));
    });
}
