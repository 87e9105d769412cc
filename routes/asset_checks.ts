import { Hono } from "hono";
import { z } from "zod";
import {
  CheckRecord,
  checkResults,
  CheckRun,
  CheckState,
  checkStates,
  type Engine,
  InvalidRequestError,
  named,
} from "../engine/mod.ts";
import { nextPage, pageOf } from "./links.ts";
import { assetKey, describeRoute, objectAnswer } from "./openapi/describe_route.ts";
import { withSelection } from "./selection_fault.ts";
import { idPage, jsonBody, query } from "./validation.ts";

const ResultsPage = z.strictObject({
  ...idPage,
  name: z.string().regex(/^[\w.-]{1,200}$/, "The name of a check is required.").optional().describe(
    "Only results of this check",
  ),
});

const CheckRequest = z.strictObject({
  selection: z.string().min(1).max(10_000).describe(
    "Selection of assets, as for a run: `daily_bars+`, `group:pairs`, `*`",
  ),
  names: z.array(z.string().min(1).max(200)).min(1).max(100).optional().describe("Only checks of these names"),
});

const CheckList = named(
  "CheckList",
  z.strictObject({ asset: z.string(), checks: z.array(CheckState), history: z.array(CheckRecord) }),
);

const describeRun = describeRoute({
  tag: "Assets",
  summary: "Run checks on published rows",
  description:
    "Checks the latest version of each selected asset that has checks, without materializing it, and records the results with that version. A failed blocking check retracts nothing: the asset becomes stale, and the next run makes it again.",
  example: { body: { selection: "*" } },
  answers: { 200: objectAnswer("CheckRunList", { assets: z.array(CheckRun) }, "Results of the checks, by asset") },
});
const describeChecks = describeRoute({
  tag: "Assets",
  summary: "Check results of an asset",
  path: assetKey,
  example: { path: { key: "chosen_pairs" } },
  answers: { 200: { description: "Each check, and its history", schema: CheckList, headers: nextPage } },
  problems: [404],
});

/** `POST /v1/checks/run`. */
export function checkRoutes(engine: Engine) {
  return new Hono()
    .post("/run", describeRun, jsonBody(CheckRequest), async (c) => {
      const { selection, names } = c.req.valid("json");
      const runs = await withSelection(() => engine.runChecks(selection, { names, signal: c.req.raw.signal }));
      return c.json({ assets: runs });
    });
}

/** `GET /v1/assets/:key/checks`. */
export function assetCheckRoutes(engine: Engine) {
  return new Hono()
    // Each declared check with its last result, and all results newest first, with a sample of the failing rows.
    .get("/:key/checks", describeChecks, query(ResultsPage), async (c) => {
      const { key } = engine.graph.asset(c.req.param("key"));
      const { limit, ...which } = c.req.valid("query");
      const { sql } = engine.ledger.database;
      const [checks, found] = await Promise.all([
        checkStates(sql, engine.graph, key),
        checkResults(sql, key, { ...which, limit: limit + 1 }),
      ]);
      // A check that is no longer declared has results.
      if (which.name !== undefined && found.length === 0 && !checks.some(({ name }) => name === which.name)) {
        const declared = checks.length === 0
          ? "It has none."
          : `Its checks are: ${checks.map((c) => c.name).join(", ")}.`;
        const message = `"${key}" has no check "${which.name}". ${declared}`;
        throw new InvalidRequestError(message, [{ path: "name", message }]);
      }
      const history = pageOf(c, found, limit);
      return c.json({ asset: key, checks, history });
    });
}
