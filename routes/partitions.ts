import { Hono } from "hono";
import { z } from "zod";
import type { Engine } from "../engine/mod.ts";
import { nameList, query } from "./validation.ts";

const date = z.iso.date("A date as YYYY-MM-DD is wanted.");

const PartitionsQuery = z.strictObject({
  from: date.optional().describe("First date, included"),
  to: date.optional().describe("Last date, included"),
  names: nameList.optional(),
});

/** `GET /v1/assets/:key/partitions`. */
export function partitionRoutes(engine: Engine) {
  return new Hono()
    // Its partitions by state, as rectangles of names and dates.
    .get(
      "/:key/partitions",
      query(PartitionsQuery),
      async (c) => c.json(await engine.partitions(c.req.param("key"), c.req.valid("query"))),
    );
}
