import { Hono } from "hono";
import { z } from "zod";
import type { Engine } from "../engine/mod.ts";
import { jsonBody } from "./validation.ts";

const PruneRequest = z.strictObject({
  dryRun: z.boolean().default(false).describe("Whether only to tell what would go"),
});

/** `GET /v1/storage` and `POST /v1/storage/prune`. */
export function storageRoutes(engine: Engine) {
  return new Hono()
    // What the table of each asset takes, and which versions it keeps.
    .get("/", async (c) => c.json({ assets: await engine.storage() }))
    // Deletes rows of versions that are no longer kept, or tells what would go.
    .post("/prune", jsonBody(PruneRequest), async (c) => {
      const { dryRun } = c.req.valid("json");
      return c.json({ dryRun, assets: await engine.prune({ dryRun, signal: c.req.raw.signal }) });
    });
}
