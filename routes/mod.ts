/** HTTP over the asset engine. */
import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId, type RequestIdVariables } from "hono/request-id";
import type { Engine, Logger } from "../engine/mod.ts";
import { assetCheckRoutes } from "./asset_checks.ts";
import { assetRowRoutes } from "./asset_rows.ts";
import { assetRoutes } from "./assets.ts";
import { automationRoutes } from "./automation.ts";
import { backfillRoutes } from "./backfills.ts";
import { compatRoutes } from "./compat/mod.ts";
import { feedRoutes } from "./events.ts";
import { explanationRoutes } from "./explanations.ts";
import { freshnessRoutes } from "./freshness.ts";
import { healthRoutes, type Readiness } from "./health.ts";
import { type MetricSource, metricsRoutes } from "./metrics.ts";
import { materializeAssetRoutes, materializeRoutes } from "./materialize.ts";
import { loopbackHostOnly, ownOriginOnly } from "./own_site.ts";
import { partitionRoutes } from "./partitions.ts";
import { answerProblem, onError, onNotFound, Problem } from "./problems.ts";
import { reportRoutes } from "./reports.ts";
import { type HttpInstruments, requestLog, requestLogger } from "./request_log.ts";
import { runEventRoutes } from "./run_events.ts";
import { runRoutes } from "./runs.ts";
import { refuseChanges } from "./stopping.ts";
import { type ScheduleControl, scheduleRoutes } from "./schedules.ts";

/** What the API allows itself and others. */
export interface ApiLimits {
  /** Whether the server listens on loopback, and so must be addressed as this machine itself. */
  loopbackOnly: boolean;
  maxBodyBytes: number;
  /** Of `/ml` and `/trading`, whose bodies hold the closes of a whole market. */
  maxClosesBytes: number;
  /** How long a stream of events is silent at most. */
  heartbeatMs: number;
  /** How long `/readyz` waits for the database. */
  readyTimeoutMs: number;
}

const defaultLimits: ApiLimits = {
  loopbackOnly: true,
  maxBodyBytes: 1024 * 1024,
  maxClosesBytes: 32 * 1024 * 1024,
  heartbeatMs: 15_000,
  readyTimeoutMs: 2_000,
};

/** What the API stands on. */
export interface ApiOptions {
  engine: Engine;
  scheduler: ScheduleControl;
  logger: Logger;
  /** Whether the database answers and its migrations are applied. */
  ready(): Promise<readonly Readiness[]>;
  limits?: Partial<ApiLimits>;
  /** What is told at `/metrics`. */
  metrics?: readonly MetricSource[];
  /** Where requests are counted. */
  instruments?: HttpInstruments;
  /** Aborts when the process is told to stop. */
  stopping?: AbortSignal;
}

/** The API's type for `hc<Api>(…)` of `hono/client`. */
export type Api = ReturnType<typeof api>;

/**
 * All routes under `/v1`, `/healthz` and `/readyz`, with problem responses for whatever goes wrong, and those of the services
 * that Tandem replaces under `/ml`, `/trading` and `/api`, which answer as these did.
 *
 * Mounted at `/` of a larger application before its other routes, it guards these as well against requests from other sites
 * and to other hosts, and gives them request ids. The larger application sets {@link onNotFound} and {@link onError} itself.
 */
export function api(options: ApiOptions) {
  const { engine, scheduler, ready, limits: given, metrics = [], instruments, stopping } = options;
  const logger = requestLogger(options.logger);
  const limits = { ...defaultLimits, ...given };
  const app = new Hono<{ Variables: RequestIdVariables }>();
  app.onError(onError(logger)).notFound(onNotFound);
  app.use(requestId());
  app.use(requestLog({ logger: options.logger, instruments }));
  for (const path of ["/v1/*", "/healthz", "/readyz"]) app.use(path, answerHeaders);
  if (limits.loopbackOnly) app.use(loopbackHostOnly);
  app.use(ownOriginOnly);
  if (stopping) app.use(refuseChanges(stopping));
  app.use("/v1/*", limitBody(limits.maxBodyBytes));
  app.use(methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) => {
      const allow = methods.join(", ");
      const detail = `${c.req.method} does not apply to ${c.req.path}. ${allow} ${methods.length > 1 ? "do" : "does"}.`;
      return answerProblem(c, new Problem("method-not-allowed", detail, { headers: { Allow: allow } }));
    },
  }));
  const routes = app
    .route("/v1/assets", assetRoutes(engine))
    .route("/v1/assets", assetRowRoutes(engine))
    .route("/v1/assets", explanationRoutes(engine))
    .route("/v1/assets", automationRoutes(engine))
    .route("/v1/assets", assetCheckRoutes(engine))
    .route("/v1/assets", materializeAssetRoutes(engine))
    .route("/v1/assets", reportRoutes(engine))
    .route("/v1/assets", partitionRoutes(engine))
    .route("/v1/backfills", backfillRoutes(engine))
    .route("/v1/materialize", materializeRoutes(engine))
    .route("/v1/runs", runRoutes(engine, logger))
    .route("/v1/runs", runEventRoutes(engine, { logger, heartbeatMs: limits.heartbeatMs }))
    .route("/v1/events", feedRoutes(engine, { logger, heartbeatMs: limits.heartbeatMs }))
    .route("/v1/schedules", scheduleRoutes(scheduler))
    .route("/v1/freshness", freshnessRoutes(engine))
    .route("/", compatRoutes({ engine, logger, ...limits }))
    .route("/", healthRoutes({ ready, logger, timeoutMs: limits.readyTimeoutMs }))
    .route("/", metricsRoutes(metrics));
  // Here and not left to the larger application, whose answer may be a page.
  routes.all("/v1/*", onNotFound);
  return routes;
}

const answerHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Cache-Control", "no-store");
};

function limitBody(maxSize: number): MiddlewareHandler {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new Problem("body-too-large", `A body has at most ${maxSize.toLocaleString("en")} bytes.`);
    },
  });
}

export type { Readiness } from "./health.ts";
export type { MetricSource } from "./metrics.ts";
export { loopbackHostOnly, ownOriginOnly } from "./own_site.ts";
export { onError, onNotFound, type ProblemDetails } from "./problems.ts";
