import { Hono } from "hono";
import { type Engine, type ScheduleState, silentLogger } from "../../engine/mod.ts";
import { openAccess } from "../../access/mod.ts";
import { type DataSource, dataSourceOf } from "../../resources/market_data/mod.ts";
import { api, onError, onNotFound, openApiDocument } from "../../routes/mod.ts";
import { page, pageNotFound, pageOnError, type PairTrials } from "../../web/mod.ts";
import type { ScheduleControl } from "../../routes/schedules.ts";
import { fixedSchedules } from "./fixed_schedules.ts";

const missed = {
  scheduledAt: "2026-11-20T23:30:00.000Z",
  firedAt: "2026-11-21T07:00:00.000Z",
  madeUp: true,
  asked: false,
  runId: null,
};

/** One schedule with one missed tick, for pages. */
export const pageSchedule: ScheduleState = {
  name: "after_close",
  description: "After the close in New York, everything that the day changed.",
  cron: "30 18 * * 1-5",
  timeZone: "America/New_York",
  selection: "*",
  nextAt: "2026-11-23T23:30:00.000Z",
  upcoming: ["2026-11-23T23:30:00.000Z", "2026-11-24T23:30:00.000Z"],
  pausedAt: null,
  lastTick: missed,
  lastTicks: [missed],
};

/** The pages and the API over an engine, as the service combines them. */
export function pageAndApi(
  engine: Engine,
  scheduler: ScheduleControl = fixedSchedules([pageSchedule]),
  source: DataSource = dataSourceOf("csv:prices.csv"),
  { clock, pairTrials }: { clock?: { now(): Temporal.Instant }; pairTrials?: PairTrials } = {},
): Hono {
  const logger = silentLogger;
  const access = openAccess({ database: engine.ledger.database, required: false });
  const door = { access, signIn: null, siteUrl: () => new URL("http://localhost:8000"), trustedProxies: 0, logger };
  const app: Hono = new Hono()
    .onError(pageOnError(onError(logger)))
    .notFound(pageNotFound(onNotFound))
    .route("/", api({ engine, scheduler, logger, access, ready: () => Promise.resolve([]) }))
    .route(
      "/",
      page({
        engine,
        scheduler,
        source,
        clock,
        pairTrials,
        access: door,
        apiDocument: () => openApiDocument(app.routes, { version: "1" }),
      }),
    );
  return app;
}

/** A server of {@link pageAndApi} that can be stopped in the middle of streams, and restarted on its port. */
export interface PageServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves on loopback; any free port unless one is given. */
export function servePage(
  engine: Engine,
  port = 0,
  scheduler?: ScheduleControl,
  source?: DataSource,
  more: { pairTrials?: PairTrials } = {},
): PageServer {
  const stopping = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, signal: stopping.signal, onListen() {} },
    pageAndApi(engine, scheduler, source, more).fetch,
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    async stop() {
      stopping.abort();
      await server.finished;
    },
  };
}
