/** HTTP over the asset engine. */
import { Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId, type RequestIdVariables } from "hono/request-id";
import type { Access } from "../access/mod.ts";
import { accessRoutes, authenticate, authorize, noAccessRoutes } from "./access/mod.ts";
import { type AllowedOrigins, crossOrigin } from "./allowed_origins.ts";
import type { Engine, Logger } from "../engine/mod.ts";
import { assetCheckRoutes, checkRoutes } from "./asset_checks.ts";
import { assetRowRoutes } from "./asset_rows.ts";
import { assetRoutes } from "./assets.ts";
import { automationRoutes } from "./automation.ts";
import { backfillRoutes } from "./backfills.ts";
import { type Compat, compatRoutes } from "./compat/mod.ts";
import { onErrorByPath, onNotFoundByPath } from "./compat/old_errors.ts";
import { feedRoutes } from "./events.ts";
import { receiptRoutes } from "./receipts.ts";
import { versionDifferenceRoutes } from "./version_difference.ts";
import { explanationRoutes } from "./explanations.ts";
import { freshnessRoutes } from "./freshness.ts";
import { healthRoutes, type Readiness } from "./health.ts";
import { guards } from "./limits/guards.ts";
import { unlessDatabaseAway } from "./limits/database_away.ts";
import { defaultStreamLimits } from "./limits/open_streams.ts";
import { type BodyPace, defaultBodyPace } from "./limits/request_body.ts";
import type { RequestRates } from "./limits/mod.ts";
import { type MetricSource, metricsRoutes } from "./metrics.ts";
import { materializeAssetRoutes, materializeRoutes } from "./materialize.ts";
import { loopbackHostOnly, ownOriginOnly } from "./own_site.ts";
import { documentRoutes } from "./openapi/mod.ts";
import { partitionRoutes } from "./partitions.ts";
import { onNotFound, Problem } from "./problems.ts";
import { reportRoutes } from "./reports.ts";
import { type HttpInstruments, requestLog, requestLogger } from "./request_log.ts";
import { rowFileRoutes } from "./row_files.ts";
import { runEventRoutes } from "./run_events.ts";
import { runRoutes } from "./runs.ts";
import { refuseChanges } from "./stopping.ts";
import { securityHeaders } from "./security_headers.ts";
import { type ScheduleControl, scheduleRoutes } from "./schedules.ts";
import { processRoutes } from "./processes.ts";
import { storageRoutes } from "./storage.ts";

/** Limits of the API. */
export interface ApiLimits {
  /** Whether the server listens on loopback, and so must be addressed as this machine. */
  loopbackOnly: boolean;
  maxBodyBytes: number;
  /** Of `/ml` and `/trading`, whose bodies have the closes of a whole market. */
  maxClosesBytes: number;
  /** Minimum speed of a body. */
  bodyPace: BodyPace;
  /** Maximum silence of an event stream. */
  heartbeatMs: number;
  /** Time for which `/readyz` waits for the database. */
  readyTimeoutMs: number;
  /** Time until the response to a read must begin. */
  maxReadMs: number;
  /** Maximum number of open event streams of a token, session or address. */
  maxStreamsEach: number;
  /** Maximum number of open event streams in all. */
  maxStreams: number;
}

const defaultLimits: ApiLimits = {
  loopbackOnly: true,
  maxBodyBytes: 1024 * 1024,
  maxClosesBytes: 32 * 1024 * 1024,
  bodyPace: defaultBodyPace,
  heartbeatMs: 15_000,
  readyTimeoutMs: 2_000,
  maxReadMs: 60_000,
  ...defaultStreamLimits,
};

/** Dependencies of the API. */
export interface ApiOptions extends AllowedOrigins {
  engine: Engine;
  scheduler: ScheduleControl;
  logger: Logger;
  /** Whether the database answers and its migrations are applied. */
  ready(): Promise<readonly Readiness[]>;
  /**
   * The current signal: it aborts when the database is found unreachable, for requests that wait for it, and is replaced when it
   * is back.
   */
  databaseAwaySignal?(): AbortSignal;
  limits?: Partial<ApiLimits>;
  /** The public address of the service, if it differs from the listening one. */
  publicUrl?: URL;
  /** Number of proxies in front whose client headers are trusted. */
  trustedProxies?: number;
  /** Whether the routes of the original services reproduce their wrong numbers, unless a request overrides it. */
  compat?: Compat;
  /** Rate limits; none if omitted. */
  rates?: RequestRates;
  /** Credentials, scopes and the audit; if omitted, every request is allowed and nothing is recorded. */
  access?: Access;
  /** Of the service. */
  version?: string;
  /** Metrics served at `/metrics`. */
  metrics?: readonly MetricSource[];
  /** Instruments that count requests. */
  instruments?: HttpInstruments;
  /** Aborts when the process stops. */
  stopping?: AbortSignal;
}

/** The API's type for `hc<Api>(…)` of `hono/client`. */
export type Api = ReturnType<typeof api>;

/**
 * All routes under `/v1`, `/healthz` and `/readyz`, with problem responses for all errors, and those of the services that Tandem
 * replaces
 * under `/ml`, `/trading` and `/api`, which respond as the originals did.
 *
 * Mounted at `/` of a larger application before its other routes, it also protects these against requests from other sites and to
 * other hosts, and gives them request ids. The larger application sets {@link onNotFound} and {@link onError} itself.
 */
export function api(options: ApiOptions) {
  const { engine, scheduler, ready, limits: given, rates, access, version = "0" } = options;
  const { publicUrl, allowedOrigins = [], trustedProxies = 0, compat } = options;
  const { metrics = [], instruments, stopping } = options;
  const logger = requestLogger(options.logger);
  const limits = { ...defaultLimits, ...given };
  const site = { publicUrl, allowedOrigins, trustedProxies };
  const guard = guards({ ...limits, recheckMs: limits.heartbeatMs, trustedProxies, holds: access?.holds });
  const app = new Hono<{ Variables: RequestIdVariables }>();
  app.onError(onErrorByPath(logger)).notFound(onNotFoundByPath);
  app.use(requestId());
  app.use(requestLog({ logger: options.logger, instruments }));
  app.use(securityHeaders(site));
  app.use(guard.head);
  if (limits.loopbackOnly) app.use(loopbackHostOnly(site));
  if (allowedOrigins.length > 0) app.use(crossOrigin(site));
  app.use(ownOriginOnly(site));
  if (stopping) app.use(refuseChanges(stopping));
  if (options.databaseAwaySignal) app.use(unlessDatabaseAway(options.databaseAwaySignal));
  if (rates) app.use(rates.byAddress);
  app.use(authenticate(access, site));
  if (rates) app.use(rates.byPrincipal);
  app.use(authorize({ access, trustedProxies, logger }));
  app.use(guard.body);
  app.use(guard.deadline);
  app.use("/v1/runs/:id/events", guard.streams);
  app.use("/v1/events", guard.streams);
  app.use(methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) => {
      const allow = methods.join(", ");
      const detail = `${c.req.method} does not apply to ${c.req.path}. ${allow} ${methods.length > 1 ? "do" : "does"}.`;
      throw new Problem("method-not-allowed", detail, { headers: { Allow: allow } });
    },
  }));
  const routes = app
    .route("/v1/assets", assetRoutes(engine))
    .route("/v1/assets", assetRowRoutes(engine, { logger }))
    .route("/v1/assets", explanationRoutes(engine))
    .route("/v1/assets", receiptRoutes(engine))
    .route("/v1/assets", versionDifferenceRoutes(engine))
    .route("/v1/assets", rowFileRoutes(engine))
    .route("/v1/assets", automationRoutes(engine))
    .route("/v1/assets", assetCheckRoutes(engine))
    .route("/v1/assets", materializeAssetRoutes(engine))
    .route("/v1/assets", reportRoutes(engine))
    .route("/v1/assets", partitionRoutes(engine))
    .route("/v1/checks", checkRoutes(engine))
    .route("/v1/storage", storageRoutes(engine))
    .route("/v1/processes", processRoutes(engine))
    .route("/v1/backfills", backfillRoutes(engine))
    .route("/v1/materialize", materializeRoutes(engine))
    .route("/v1/runs", runRoutes(engine, logger))
    .route("/v1/runs", runEventRoutes(engine, { logger, heartbeatMs: limits.heartbeatMs }))
    .route("/v1/events", feedRoutes(engine, { logger, heartbeatMs: limits.heartbeatMs }))
    .route("/v1/schedules", scheduleRoutes(scheduler))
    .route("/v1/freshness", freshnessRoutes(engine))
    .route("/", compatRoutes({ engine, logger, compat, ...limits }))
    .route("/v1", access ? accessRoutes({ access, trustedProxies }) : noAccessRoutes())
    .route("/", documentRoutes({ version, routes: () => app.routes }))
    .route("/", healthRoutes({ ready, logger, timeoutMs: limits.readyTimeoutMs }))
    .route("/", metricsRoutes(metrics));
  // Set here, because the larger application's response may be a page.
  routes.all("/v1/*", onNotFound);
  return routes;
}

export { actorOf, sessionCookie } from "./access/mod.ts";
export { clockReadiness, processReadiness, type Readiness } from "./health.ts";
export { type LastingServer, lastingServer, type RequestRates, requestRatesFrom } from "./limits/mod.ts";
export type { MetricSource } from "./metrics.ts";
export { loopbackHostOnly, ownOriginOnly } from "./own_site.ts";
export { type OpenApiDocument, openApiDocument } from "./openapi/mod.ts";
export { onErrorByPath as onError, onNotFoundByPath as onNotFound } from "./compat/old_errors.ts";
export { Problem, type ProblemDetails } from "./problems.ts";
