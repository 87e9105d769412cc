import { type Context, Hono } from "hono";
import { z } from "zod";
import {
  type Engine,
  InvalidRequestError,
  isFinished,
  type MaterializeRequest,
  maxPriority,
  Plan,
  Run,
} from "../engine/mod.ts";
import { assetKey, describeRoute } from "./openapi/describe_route.ts";
import { Problem } from "./problems.ts";
import { withSelection } from "./selection_fault.ts";
import { jsonBody, selectionText } from "./validation.ts";

const date = z.iso.date("A date as YYYY-MM-DD is required.");

const settings = z.record(z.string(), z.unknown());

const common = {
  force: z.boolean().default(false).describe("Run fresh steps, too"),
  priority: z.int().min(-maxPriority).max(maxPriority).default(0).describe(
    "Waiting runs and steps with a higher priority go first",
  ),
  range: z.strictObject({
    from: date.optional(),
    to: date.optional(),
    names: z.array(z.string().min(1)).min(1).optional(),
  }).optional().describe(
    "Only these partitions of partitioned assets, including missing ones that are not made automatically",
  ),
  dryRun: z.boolean().default(false).describe("Return the plan, and run nothing"),
  wait: z.boolean().default(false).describe("Respond when the run has ended, with any status"),
};

/** Body of `POST /v1/assets/:key/materialize`. */
const MaterializeAsset = z.strictObject({
  ...common,
  upstream: z.boolean().default(false).describe("With everything upstream of it"),
  config: settings.optional().describe("Settings of this asset for this run only"),
});

/** Body of `POST /v1/materialize`. */
const MaterializeSelection = z.strictObject({
  ...common,
  selection: selectionText.describe("`key`, `+key`, `key+`, `group:NAME` or `*`, several separated by spaces"),
  config: z.record(z.string(), settings).optional().describe("Settings for this run only, by asset key"),
});

const headers = { "Idempotency-Key": "Repeated requests with the same key return the same run" };
const answers = {
  200: {
    description: "The plan, or with `wait` the ended run",
    schema: z.union([Plan, Run]),
    headers: { Location: "URL of the run; absent for a plan" },
  },
  202: { description: "The run", schema: Run, headers: { Location: "URL of the run" } },
};
const describeAsset = describeRoute({
  tag: "Runs",
  summary: "Materialize an asset",
  description: "Queues a run and responds at once, or with `wait` when it has ended; with `dryRun` it only plans.",
  path: assetKey,
  headers,
  example: { path: { key: "chosen_pairs" }, body: { upstream: true, wait: true } },
  answers,
  problems: [404, 409, 422],
});
const describeSelection = describeRoute({
  tag: "Runs",
  summary: "Materialize a selection",
  description: "`key`, `+key`, `key+`, `group:NAME` or `*`, several separated by spaces.",
  headers,
  example: { body: { selection: "+chosen_pairs", dryRun: true } },
  answers,
  problems: [409, 422],
});

/** `POST /v1/assets/:key/materialize`. */
export function materializeAssetRoutes(engine: Engine) {
  return new Hono()
    .post("/:key/materialize", describeAsset, jsonBody(MaterializeAsset), async (c) => {
      const { key } = engine.graph.asset(c.req.param("key"));
      const { upstream, config, range, ...how } = c.req.valid("json");
      const request = { selection: upstream ? `+${key}` : key, config: config && { [key]: config }, range };
      try {
        return await materialize(c, engine, request, how);
      } catch (error) {
        if (!(error instanceof InvalidRequestError)) throw error;
        // The engine names settings by asset key, the body by their own paths.
        const prefix = `config.${key}`;
        const errors = error.issues.map(({ path, message }) => ({
          path: path.startsWith(prefix) ? `config${path.slice(prefix.length)}` : path,
          message,
        }));
        if (errors.length === 0) errors.push({ path: "config", message: error.message });
        throw new Problem("invalid-request", error.message, { errors, cause: error });
      }
    });
}

/** `POST /v1/materialize`. */
export function materializeRoutes(engine: Engine) {
  return new Hono()
    .post("/", describeSelection, jsonBody(MaterializeSelection), async (c) => {
      const { selection, config, range, ...how } = c.req.valid("json");
      return await withSelection(
        () => materialize(c, engine, { selection, config, range }, how),
        (key) => Object.hasOwn(config ?? {}, key) ? `config.${key}` : undefined,
      );
    });
}

async function materialize(
  c: Context,
  engine: Engine,
  request: MaterializeRequest,
  { force, priority, dryRun, wait }: { force: boolean; priority: number; dryRun: boolean; wait: boolean },
) {
  if (dryRun) return c.json(await engine.plan({ ...request, force }), 200);
  const idempotencyKey = idempotencyKeyOf(c);
  const queued = await engine.submit({ ...request, force, priority, trigger: "http", idempotencyKey });
  const run = wait ? await engine.finished(queued.id, c.req.raw.signal) : queued;
  c.header("Location", `/v1/runs/${run.id}`);
  // An unfinished run after waiting was handed back by a process that shuts down.
  return wait && isFinished(run.status) ? c.json(run, 200) : c.json(run, 202);
}

/** The header that makes a request idempotent, for the OpenAPI document. */
export const idempotencyHeaders = {
  "Idempotency-Key": "Repeated requests with the same key count as one request",
};

/** Value of the `Idempotency-Key` header. @throws {Problem} If it is not a valid key. */
export function idempotencyKeyOf(c: Context): string | undefined {
  const key = c.req.header("Idempotency-Key");
  if (key !== undefined && !/^[\x20-\x7e]{1,255}$/.test(key)) {
    const message = "An idempotency key has 1 to 255 printable ASCII characters.";
    throw new Problem("invalid-request", message, { errors: [{ path: "Idempotency-Key", message }] });
  }
  return key;
}
