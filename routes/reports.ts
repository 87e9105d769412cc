import { Hono } from "hono";
import { z } from "zod";
import { type Engine, Materialization, MetadataValue, named } from "../engine/mod.ts";
import { assetKey, describeRoute } from "./openapi/describe_route.ts";
import { jsonBody } from "./validation.ts";

/** Body of `POST /v1/assets/:key/report`. */
const ReportBody = z.strictObject({
  kind: z.enum(["materialized", "observed"]).describe("Whether it was made, or only observed"),
  version: z.string().min(1).max(255).describe("Identifies the content: equal content, equal version"),
  metadata: z.record(z.string().min(1), z.union([z.number(), z.string(), z.boolean(), MetadataValue])).optional()
    .describe("Additional information"),
  at: z.iso.datetime({ offset: true }).optional().describe("Its time; default now"),
});

const ReportAnswer = named(
  "ReportAnswer",
  z.strictObject({ recorded: z.boolean(), materialization: Materialization }),
);

const describeReport = describeRoute({
  tag: "Assets",
  summary: "Report a version of an asset that is made outside",
  path: assetKey,
  answers: {
    200: { description: "Already known", schema: ReportAnswer },
    201: { description: "A new version", schema: ReportAnswer },
  },
  problems: [404, 409],
});

/** `POST /v1/assets/:key/report`. */
export function reportRoutes(engine: Engine) {
  return new Hono()
    .post("/:key/report", describeReport, jsonBody(ReportBody), async (c) => {
      const { key } = engine.graph.asset(c.req.param("key"));
      const { recorded, materialization } = await engine.report(key, c.req.valid("json"));
      return c.json({ recorded, materialization }, recorded ? 201 : 200);
    });
}
