import { type Context, Hono } from "hono";
import { z } from "zod";
import { Backfill, type BackfillAction, BackfillPlan, BackfillSummary, type Engine } from "../engine/mod.ts";
import { nextPage, pageOf } from "./links.ts";
import { idempotencyHeaders, idempotencyKeyOf } from "./materialize.ts";
import { describeRoute, numbered, objectAnswer } from "./openapi/describe_route.ts";
import { withSelection } from "./selection_fault.ts";
import { idPage, jsonBody, pathId, query, selectionText } from "./validation.ts";

/** Body of `POST /v1/backfills`. */
const NewBackfill = z.strictObject({
  selection: selectionText.describe("`key`, `+key`, `key+`, `group:NAME` or `*`, several separated by spaces"),
  from: z.string().optional().describe("First date, included; `YYYY-MM-DD`"),
  to: z.string().optional().describe("Last date, included"),
  names: z.array(z.string()).max(100_000).optional().describe(
    "Of partitions, such as tickers; default all",
  ),
  force: z.boolean().default(false).describe("Re-materialize fresh partitions, too"),
  dryRun: z.boolean().default(false).describe("Return the plan, and start nothing"),
});

const BackfillsPage = z.strictObject(idPage);

const describeList = describeRoute({
  tag: "Backfills",
  summary: "Backfills, newest first",
  answers: {
    200: objectAnswer("BackfillList", { backfills: z.array(BackfillSummary) }, "A page of backfills", {
      headers: nextPage,
    }),
  },
});
const accepted = {
  202: { description: "The backfill", schema: Backfill, headers: { Location: "URL of the backfill" } },
};
const describeNew = describeRoute({
  tag: "Backfills",
  summary: "Materialize a range in small runs",
  headers: idempotencyHeaders,
  example: { body: { selection: "+chosen_pairs+", from: "2024-01-01", dryRun: true } },
  answers: { 200: { description: "The plan", schema: BackfillPlan }, ...accepted },
  problems: [409, 422],
});
const path = numbered("backfill");
const describeBackfill = describeRoute({
  tag: "Backfills",
  summary: "One backfill with its progress by partition",
  path,
  answers: { 200: { description: "The backfill", schema: Backfill } },
  problems: [404],
});
const describeAction = (summary: string) =>
  describeRoute({ tag: "Backfills", summary, path, answers: accepted, problems: [404, 409] });

/** Routes under `/v1/backfills`. */
export function backfillRoutes(engine: Engine) {
  const { backfills } = engine;
  const act = (action: BackfillAction) => async (c: Context) => {
    const id = backfillIdOf(c.req.param("id")!);
    return c.json(await backfills.act(id, action), 202, { Location: `/v1/backfills/${id}` });
  };
  return new Hono()
    .get("/", describeList, query(BackfillsPage), async (c) => {
      const { limit, before } = c.req.valid("query");
      const found = await backfills.list({ limit: limit + 1, before });
      const page = pageOf(c, found, limit);
      return c.json({ backfills: page });
    })
    .post("/", describeNew, jsonBody(NewBackfill), async (c) => {
      const { dryRun, ...request } = c.req.valid("json");
      if (dryRun) return c.json(await withSelection(() => backfills.plan(request)), 200);
      const idempotencyKey = idempotencyKeyOf(c);
      const begun = await withSelection(() => backfills.submit({ ...request, trigger: "http", idempotencyKey }));
      return c.json(begun, 202, { Location: `/v1/backfills/${begun.id}` });
    })
    .get("/:id", describeBackfill, async (c) => c.json(await backfills.get(backfillIdOf(c.req.param("id")))))
    .post("/:id/pause", describeAction("Pause a backfill after its current run"), act("pause"))
    .post("/:id/resume", describeAction("Resume a paused backfill"), act("resume"))
    .post("/:id/cancel", describeAction("Cancel a backfill and its current run"), act("cancel"))
    .post("/:id/retry", describeAction("Retry failed and missing partitions of a backfill"), act("retry"));
}

/** @throws {Problem} If the text cannot be the id of a backfill. */
function backfillIdOf(text: string): number {
  return pathId(text, { kind: "unknown-backfill", message: "There is no backfill with this id: ids are numbers." });
}
