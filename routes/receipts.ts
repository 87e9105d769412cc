import { Hono } from "hono";
import { z } from "zod";
import { type Engine, equalTo, Receipt, Replay } from "../engine/mod.ts";
import { assetKey, describeRoute, objectAnswer } from "./openapi/describe_route.ts";
import { asOfDescription, splitFilters, withVersion } from "./row_filters.ts";
import { asOf, jsonBody, parsed } from "./validation.ts";

/** Parameters that are not filters. A column with one of these names is filtered as `name.eq`. */
const ReceiptParameters = z.strictObject({
  as_of: asOf.optional().describe(asOfDescription),
});

const ReplayRequest = z.strictObject({
  where: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}).describe(
    "Column values of the rows, such as those of the primary key",
  ),
  asOf: z.union([z.int().min(1), z.string().max(64)]).optional().describe(
    "A materialization, or a time: the version current then; the latest by default",
  ),
});

const example = { path: { key: "chosen_pairs" } };
const describeReceipt = describeRoute({
  tag: "Assets",
  summary: "Provenance of rows of an asset: versions read, settings and code",
  description:
    "Rows are selected by filters as in `/v1/assets/{key}/rows`; rows of one materialization share a receipt.",
  path: assetKey,
  query: ReceiptParameters.catchall(z.string()),
  example: { ...example, query: { "rank": "1" } },
  answers: {
    200: objectAnswer("ReceiptList", { receipts: z.array(Receipt) }, "Receipts, the newest materialization first"),
  },
  problems: [404],
});
const describeReplay = describeRoute({
  tag: "Assets",
  summary: "Make rows again from their recorded inputs, and compare",
  description:
    "The function of the asset gets its original input rows, settings and clock; its result is compared with the stored rows bit by bit, and discarded. Rows read from outside sources, reported rows, and rows made of pruned versions are refused.",
  path: assetKey,
  example: { ...example, body: { where: { rank: 1 } } },
  answers: {
    200: objectAnswer("ReplayList", { replays: z.array(Replay) }, "Result of the comparison, by materialization"),
  },
  problems: [404],
});

/** Receipts of rows, and replays that compare them. Routes under `/v1/assets`. */
export function receiptRoutes(engine: Engine) {
  return new Hono()
    .get("/:key/receipt", describeReceipt, async (c) => {
      const asset = engine.graph.asset(c.req.param("key"));
      const { filters, parameters } = splitFilters(new URL(c.req.url).searchParams, ReceiptParameters.shape);
      const { as_of: asOf } = parsed(ReceiptParameters, parameters);
      const receipts = await withVersion(asset, asOf, () => engine.receipts(asset.key, { filters, asOf }));
      return c.json({ receipts });
    })
    .post("/:key/replay", describeReplay, jsonBody(ReplayRequest), async (c) => {
      const { key } = engine.graph.asset(c.req.param("key"));
      const { where, asOf } = c.req.valid("json");
      const query = { filters: equalTo(where), asOf };
      return c.json({ replays: await engine.replay(key, query, { signal: c.req.raw.signal }) });
    });
}
