import { Hono } from "hono";
import { z } from "zod";
import { AssetStorage, type Engine, PrunedHistory } from "../engine/mod.ts";
import { describeRoute, objectAnswer } from "./openapi/describe_route.ts";
import { jsonBody } from "./validation.ts";

const PruneRequest = z.strictObject({
  dryRun: z.boolean().default(false).describe("Whether to only list what would be deleted"),
});

const describeStorage = describeRoute({
  tag: "Assets",
  summary: "Disk use and kept versions of each asset's table",
  answers: { 200: objectAnswer("StorageList", { assets: z.array(AssetStorage) }, "Assets in dependency order") },
});
const describePrune = describeRoute({
  tag: "Assets",
  summary: "Delete rows of versions that are no longer kept",
  description:
    "The retention of each asset defines the kept versions. The service prunes automatically every hour; versions that a running step may read stay. A deleted version stays on record, and `as_of` refuses it.",
  example: { body: { dryRun: true } },
  answers: {
    200: objectAnswer(
      "PrunedList",
      { dryRun: z.boolean(), assets: z.array(PrunedHistory) },
      "Deleted rows, with dryRun the ones to delete, by asset",
    ),
  },
});

/** `GET /v1/storage` and `POST /v1/storage/prune`. */
export function storageRoutes(engine: Engine) {
  return new Hono()
    .get("/", describeStorage, async (c) => c.json({ assets: await engine.storage() }))
    .post("/prune", describePrune, jsonBody(PruneRequest), async (c) => {
      const { dryRun } = c.req.valid("json");
      return c.json({ dryRun, assets: await engine.prune({ dryRun, signal: c.req.raw.signal }) });
    });
}
