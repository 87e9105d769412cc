import { Hono } from "hono";
import { z } from "zod";
import {
  checkRange,
  type Engine,
  InvalidRequestError,
  isFinished,
  type Logger,
  messageOf,
  Run,
  type RunFilter,
  runStatuses,
  RunSummary,
  UnknownAssetError,
} from "../engine/mod.ts";
import { csvOf } from "./csv.ts";
import { nextPage, pageOf } from "./links.ts";
import { idempotencyHeaders, idempotencyKeyOf } from "./materialize.ts";
import { describeRoute, numbered, objectAnswer } from "./openapi/describe_route.ts";
import { Problem } from "./problems.ts";
import { idPage, jsonBody, pathId, query } from "./validation.ts";
import { within } from "./within.ts";

const RunsPage = z.strictObject({
  ...idPage,
  status: z.enum(runStatuses).optional().describe("Only runs of this status"),
  trigger: z.string().min(1).optional().describe(
    "Trigger: `http`, `cli`, `startup`, `automation`, `backfill`, `schedule`, or one of these with its name",
  ),
  asset: z.string().min(1).optional().describe("Key of an asset with a step in the run"),
  from: z.iso.date().optional().describe("Queued on this day (UTC) or later"),
  to: z.iso.date().optional().describe("Queued on this day (UTC) or earlier"),
  format: z.enum(["json", "csv"]).default("json").describe("A page as JSON, or as a file"),
});

/** Columns of the list as CSV. */
const csvColumns = [
  "id",
  "status",
  "trigger",
  "selection",
  "priority",
  "retryOf",
  "createdAt",
  "startedAt",
  "finishedAt",
  "stepCounts",
] as const;

const describeList = describeRoute({
  tag: "Runs",
  summary: "Runs, newest first",
  example: { query: { limit: "5" } },
  answers: {
    200: objectAnswer("RunList", { runs: z.array(RunSummary) }, "A page of runs", {
      mediaTypes: ["application/json", "text/csv"],
      headers: nextPage,
    }),
  },
});
const path = numbered("run");
const describeRun = describeRoute({
  tag: "Runs",
  summary: "One run with its steps",
  path,
  example: { path: { id: "1" } },
  answers: { 200: { description: "The run", schema: Run } },
  problems: [404],
});
const followed = { schema: Run, headers: { Location: "URL of the run" } };
const describeRetry = describeRoute({
  tag: "Runs",
  summary: "Retry the failed steps of a run",
  path,
  headers: idempotencyHeaders,
  answers: { 202: { description: "The new run", ...followed } },
  problems: [404, 409, 422],
});
const describeCancel = describeRoute({
  tag: "Runs",
  summary: "Cancel a run",
  description: "Published rows stay.",
  path,
  answers: { 202: { description: "The run", ...followed } },
  problems: [404, 409],
});

/** How long a cancellation waits, to respond with the outcome. */
const cancelWaitMs = 1_000;

/** Routes under `/v1/runs`. */
export function runRoutes(engine: Engine, logger: Logger) {
  return new Hono()
    .get("/", describeList, query(RunsPage), async (c) => {
      const { limit, from, to, format, ...filter } = c.req.valid("query");
      checkRange({ from, to });
      const found = await engine.runs({ limit: limit + 1, ...filter, ...daysOf({ from, to }) });
      if (found.length === 0 && filter.asset !== undefined) refuseUnknownAsset(engine, filter.asset);
      const runs = pageOf(c, found, limit);
      if (format === "csv") {
        c.header("Content-Type", "text/csv; charset=utf-8");
        c.header("Content-Disposition", 'attachment; filename="runs.csv"');
        const rows = runs as unknown as Record<string, unknown>[];
        // Untyped: the type for typed clients is that of the JSON response.
        return c.body(csvOf(csvColumns.map((name) => ({ name })), rows)) as never;
      }
      return c.json({ runs });
    })
    .get("/:id", describeRun, async (c) => c.json(await engine.run(runIdOf(c.req.param("id")))))
    // Queues the failed, skipped and cancelled steps of an ended run; results of succeeded steps are reused.
    .post("/:id/retry", describeRetry, jsonBody(z.strictObject({})), async (c) => {
      const retried = runIdOf(c.req.param("id"));
      const run = await engine.retry(retried, { trigger: "http", idempotencyKey: idempotencyKeyOf(c) });
      return c.json(run, 202, { Location: `/v1/runs/${run.id}` });
    })
    .post("/:id/cancel", describeCancel, async (c) => {
      const runId = runIdOf(c.req.param("id"));
      const { status } = await engine.run(runId);
      if (isFinished(status)) {
        throw new Problem(
          "run-finished",
          `Run ${runId} has ${status === "cancelled" ? "been cancelled" : status} already.`,
        );
      }
      const cancelled = engine.cancel(runId).catch((error) =>
        logger.error(`Run ${runId} could not be cancelled: ${messageOf(error)}`)
      );
      // Steps that cannot be interrupted delay the end of the run, but not the response.
      await within(cancelWaitMs, cancelled);
      return c.json(await engine.run(runId), 202, { Location: `/v1/runs/${runId}` });
    });
}

/** Runs of an asset that is no longer declared are found, but none of one that never was. @throws {InvalidRequestError} */
function refuseUnknownAsset({ graph }: Engine, key: string): void {
  if (graph.keys.includes(key)) return;
  const { message } = new UnknownAssetError(key, graph.keys);
  throw new InvalidRequestError(message, [{ path: "asset", message }]);
}

/** Start and end of days as moments. */
export function daysOf({ from, to }: { from?: string; to?: string }): Pick<RunFilter, "from" | "to"> {
  const beginning = (day: string) => Temporal.Instant.from(`${day}T00:00Z`);
  return {
    ...(from !== undefined && { from: beginning(from) }),
    ...(to !== undefined && { to: beginning(to).add({ hours: 24 }) }),
  };
}

/** @throws {Problem} If the text cannot be the id of a run. */
export function runIdOf(text: string): number {
  return pathId(text, { kind: "unknown-run", message: "There is no run with this id: ids are numbers." });
}
