import { Hono } from "hono";
import { z } from "zod";
import { AssetStorage, type Engine, named, PrunedHistory } from "../engine/mod.ts";
import { describeRoute } from "./openapi/describe_route.ts";
import { jsonBody } from "./validation.ts";

const PruneRequest = z.strictObject({
  dryRun: z.boolean().default(false).describe("Whether only to tell what would go"),
});

const describeStorage = describeRoute({
  tag: "Assets",
  summary: "What the table of each asset takes on the disk, and which versions it keeps",
  answers: {
    200: {
      description: "Assets in dependency order",
      schema: named("StorageList", z.strictObject({ assets: z.array(AssetStorage) })),
    },
  },
});
const describePrune = describeRoute({
  tag: "Assets",
  summary: "Delete rows of versions that are no longer kept",
  description:
    "Each asset's retention says which versions are kept. The service prunes by itself every hour; what something that runs may read stays. A version that is no longer kept stays on record, and `as_of` refuses it.",
  example: { body: { dryRun: true } },
  answers: {
    200: {
      description: "What went, or with dryRun would go, by asset",
      schema: named("PrunedList", z.strictObject({ dryRun: z.boolean(), assets: z.array(PrunedHistory) })),
    },
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
