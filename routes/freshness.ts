import { Hono } from "hono";
import { z } from "zod";
import { type Engine, FreshnessState, freshnessStates, named } from "../engine/mod.ts";
import { describeRoute } from "./openapi/describe_route.ts";

const FreshnessList = named(
  "FreshnessList",
  z.strictObject({ freshness: z.array(z.strictObject({ asset: z.string(), ...FreshnessState.shape })) }),
);

const describeFreshness = describeRoute({
  tag: "Assets",
  summary: "Assets in time, and late assets",
  answers: { 200: { description: "Every asset with a policy", schema: FreshnessList } },
});

/** Routes under `/v1/freshness`. */
export function freshnessRoutes(engine: Engine) {
  return new Hono()
    // Every asset with a policy, in dependency order, as last evaluated.
    .get("/", describeFreshness, async (c) => {
      const states = await freshnessStates(engine.ledger.database.sql, engine.graph);
      return c.json({ freshness: [...states].map(([asset, state]) => ({ asset, ...state })) });
    });
}
