import { Hono } from "hono";
import { z } from "zod";
import { type Engine, equalTo } from "../engine/mod.ts";
import { splitFilters } from "./row_filters.ts";
import { asOf, jsonBody, parsed } from "./validation.ts";

/** Parameters that are not filters. A column of one of these names is reached as `name.eq`. */
const ReceiptParameters = z.strictObject({
  as_of: asOf.optional().describe("A materialization, or a moment: the version that held then; the latest by default"),
});

/** The same with filters by column. */
export const AnyReceiptParameters = ReceiptParameters.catchall(z.string());

const ReplayRequest = z.strictObject({
  where: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}).describe(
    "Values by column that the rows have, such as those of the primary key",
  ),
  asOf: z.union([z.int().min(1), z.string().max(64)]).optional().describe(
    "A materialization, or a moment: the version that held then; the latest by default",
  ),
});

/** What made rows, and whether they come out the same again. Routes under `/v1/assets`. */
export function receiptRoutes(engine: Engine) {
  return new Hono()
    // The rows that the filters name, with everything that they depend on, by materialization.
    .get("/:key/receipt", async (c) => {
      const { key } = engine.graph.asset(c.req.param("key"));
      const { filters, parameters } = splitFilters(new URL(c.req.url).searchParams, ReceiptParameters.shape);
      const { as_of: asOf } = parsed(ReceiptParameters, parameters);
      return c.json({ receipts: await engine.receipts(key, { filters, asOf }) });
    })
    // Makes them again from the versions that they were made of, and compares.
    .post("/:key/replay", jsonBody(ReplayRequest), async (c) => {
      const { key } = engine.graph.asset(c.req.param("key"));
      const { where, asOf } = c.req.valid("json");
      const query = { filters: equalTo(where), asOf };
      return c.json({ replays: await engine.replay(key, query, { signal: c.req.raw.signal }) });
    });
}
