import { Hono } from "hono";
import { z } from "zod";
import { type Engine, PartitionReport } from "../engine/mod.ts";
import { assetKey, describeRoute } from "./openapi/describe_route.ts";
import { nameList, query } from "./validation.ts";

const date = z.iso.date("A date as YYYY-MM-DD is required.");

const PartitionsQuery = z.strictObject({
  from: date.optional().describe("First date, included"),
  to: date.optional().describe("Last date, included"),
  names: nameList.optional(),
});

const describePartitions = describeRoute({
  tag: "Assets",
  summary: "Partitions of an asset by state",
  description: "As rectangles of names and dates, optionally within a range.",
  path: assetKey,
  example: { path: { key: "daily_bars" } },
  answers: { 200: { description: "The partitions", schema: PartitionReport } },
  problems: [404, 409],
});

/** `GET /v1/assets/:key/partitions`. */
export function partitionRoutes(engine: Engine) {
  return new Hono()
    .get(
      "/:key/partitions",
      describePartitions,
      query(PartitionsQuery),
      async (c) => c.json(await engine.partitions(c.req.param("key"), c.req.valid("query"))),
    );
}
