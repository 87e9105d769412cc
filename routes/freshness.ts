import { Hono } from "hono";
import { type Engine, freshnessStates } from "../engine/mod.ts";

/** Routes under `/v1/freshness`. */
export function freshnessRoutes(engine: Engine) {
  return new Hono()
    // Every asset that has a policy, in dependency order, as it was last evaluated.
    .get("/", async (c) => {
      const states = await freshnessStates(engine.ledger.database.sql, engine.graph);
      return c.json({ freshness: [...states].map(([asset, state]) => ({ asset, ...state })) });
    });
}
