import { Hono } from "hono";
import { z } from "zod";
import { type Engine, Explanation, Impact } from "../engine/mod.ts";
import { assetKey, describeRoute } from "./openapi/describe_route.ts";
import { nameList, query } from "./validation.ts";

const date = z.iso.date("A date such as 2024-01-31 is required.");

const Partition = z.strictObject({
  name: z.string().min(1).optional().describe("Of a partition, such as a ticker"),
  date: date.optional().describe("Of a partition"),
});

const Range = z.strictObject({
  from: date.optional().describe("First date"),
  to: date.optional().describe("Last date"),
  names: nameList.optional(),
});

const describeWhy = describeRoute({
  tag: "Assets",
  summary: "Explain the state of an asset or some of its partitions",
  path: assetKey,
  example: { path: { key: "chosen_pairs" } },
  answers: { 200: { description: "The explanation, down to the cause", schema: Explanation } },
  problems: [404],
});
const describeImpact = describeRoute({
  tag: "Assets",
  summary: "What a change of an asset, or of some of its partitions, would make stale",
  path: assetKey,
  example: { path: { key: "daily_bars" } },
  answers: { 200: { description: "Affected partitions, minutes and vendor calls", schema: Impact } },
  problems: [404],
});

/** Explanations of assets, and the impact of changes. Routes under `/v1/assets`. */
export function explanationRoutes(engine: Engine) {
  return new Hono()
    // Of the asset, or of its partitions with a name, a date or both: state, a sentence, and the causes below it.
    .get(
      "/:key/why",
      describeWhy,
      query(Partition),
      async (c) => c.json(await engine.why(c.req.param("key"), c.req.valid("query"))),
    )
    // Of all its partitions, or of those in a range: downstream partitions, minutes and vendor calls.
    .get("/:key/impact", describeImpact, query(Range), async (c) => {
      const range = c.req.valid("query");
      const { key } = engine.graph.asset(c.req.param("key"));
      return c.json(await engine.impact(key, Object.keys(range).length === 0 ? null : range));
    });
}
