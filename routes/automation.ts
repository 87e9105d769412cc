import { Hono } from "hono";
import { z } from "zod";
import type { Engine } from "../engine/mod.ts";
import { query, wholeNumber } from "./validation.ts";

const Latest = z.strictObject({
  limit: wholeNumber(1, 50).default(10).describe("How many evaluations to answer with"),
});

/** Routes under `/v1/assets/:key/automation`. */
export function automationRoutes(engine: Engine) {
  return new Hono()
    // The condition as it is declared, and how it was judged last, as trees of true and false.
    .get("/:key/automation", query(Latest), async (c) => {
      return c.json(await engine.automation.state(c.req.param("key"), c.req.valid("query")));
    })
    // Judges the condition on, and does not follow it.
    .post("/:key/automation/pause", async (c) => {
      const key = c.req.param("key");
      await engine.automation.pause(key);
      return c.json(await engine.automation.state(key));
    })
    // Follows it again.
    .post("/:key/automation/resume", async (c) => {
      const key = c.req.param("key");
      await engine.automation.resume(key);
      return c.json(await engine.automation.state(key));
    });
}
