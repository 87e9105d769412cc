import { Hono } from "hono";
import { z } from "zod";
import { type Engine, VersionDifference } from "../engine/mod.ts";
import { assetKey, describeRoute } from "./openapi/describe_route.ts";
import { asOf, query } from "./validation.ts";

const Versions = z.strictObject({
  from: asOf.describe("The earlier version: a materialization, or a time and the version current then"),
  to: asOf.optional().describe("The later version; the latest by default"),
});

const describeDifference = describeRoute({
  tag: "Assets",
  summary: "Difference of the rows of two versions of an asset",
  path: assetKey,
  answers: { 200: { description: "Counts, and the first rows of each kind of change", schema: VersionDifference } },
  problems: [404],
});

/** Differences between versions of an asset. Routes under `/v1/assets`. */
export function versionDifferenceRoutes(engine: Engine) {
  return new Hono().get("/:key/difference", describeDifference, query(Versions), async (c) => {
    const { key } = engine.graph.asset(c.req.param("key"));
    return c.json(await engine.compare(key, c.req.valid("query")));
  });
}
