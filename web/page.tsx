import { Hono } from "hono";
import { compress } from "hono/compress";
import { answer } from "./answer.tsx";
import { accessPages, type AccessPagesOptions } from "./access_pages.tsx";
import { type Feed, type ScheduleState, UnknownBackfillError } from "../engine/mod.ts";
import type { OpenApiDocument } from "../routes/mod.ts";
import { ApiDocsPage } from "./pages/api_docs.tsx";
import { type GraphPageOptions, graphPages } from "./graph_pages.tsx";
import type { DataSource } from "../resources/market_data/data_source.ts";
import { type DataStatusEngine, DataStatusReader } from "./data_status.ts";
import { type OverviewEngine, OverviewPage, readOverview } from "./pages/overview.tsx";
import { BackfillPage } from "./pages/backfill.tsx";
import { type BackfillEngine, BackfillsPage, readBackfills } from "./pages/backfills.tsx";
import { forecastPages } from "./forecast_pages.tsx";
import type { ForecastsEngine } from "./forecast_record.ts";
import type { ClustersEngine } from "./cluster_map.ts";
import type { PairTrials } from "./moved_pair.ts";
import { pairPages } from "./pair_pages.tsx";
import type { SelectionsEngine } from "./selection_history.ts";
import type { PairsEngine } from "./tested_pairs.ts";
import type { PaletteEngine } from "./palette_search.ts";
import { type RunEngine, runPages } from "./run_pages.tsx";
import { searchPages } from "./search_pages.tsx";
import { strategyPages } from "./strategy_pages.tsx";
import { staticFiles } from "./static_files.ts";
import { type DirectoryEngine, tickerDirectory } from "./ticker_directory.ts";
import { tickerPages } from "./ticker_pages.tsx";

/** Dependencies of the pages. */
export interface PageOptions {
  engine:
    & DataStatusEngine
    & OverviewEngine
    & PairsEngine
    & ClustersEngine
    & SelectionsEngine
    & ForecastsEngine
    & GraphPageOptions["engine"]
    & BackfillEngine
    & DirectoryEngine
    & PaletteEngine
    & RunEngine
    & { feed: Pick<Feed, "position"> };
  scheduler: { states(): Promise<ScheduleState[]> };
  /** The configured data source, named on every page; left out if not given. */
  source?: DataSource;
  /** The session of the exchange after a date; without it pages do not say when an order fills. */
  nextSession?(date: string): string | null;
  /** Backtests of pairs under settings moved on their pages; without it they cannot be moved. */
  pairTrials?: PairTrials;
  /** The clock; the system clock by default. */
  clock?: { now(): Temporal.Instant };
  /** The OpenAPI document; without it the page about the API is missing. */
  apiDocument?(): OpenApiDocument;
  /** Sign-in; without it there is no sign-in. */
  access?: Omit<AccessPagesOptions, "clock">;
}

/**
 * All pages: the overview at `/`, and pages of pairs, forecasts, tickers, assets, runs, backfills and settings under their paths,
 * with their files under `/static/`. Nothing comes from another host.
 */
export function page(
  {
    engine,
    scheduler,
    source,
    nextSession = () => null,
    pairTrials,
    clock = { now: () => Temporal.Now.instant() },
    access,
    apiDocument,
  }: PageOptions,
): Hono {
  const readDirectory = tickerDirectory(engine);
  const dataStatus = new DataStatusReader(engine, source ?? null, clock);
  return new Hono()
    // Pages are repetitive text, compressed to a fifth. API responses are not compressed: clients can request Parquet or use a proxy.
    .use(compress({ encoding: "gzip" }))
    .use(async (c, next) => {
      c.set("dataStatus" as never, dataStatus as never);
      c.set("feedPosition" as never, engine.feed.position as never);
      await next();
    })
    .get("/", async (c) => {
      const data = await readOverview({ engine, scheduler, now: clock.now().epochMilliseconds });
      return answer(c, <OverviewPage {...data} />, 200, { states: data.assets, runs: data.open });
    })
    .route("/pairs", pairPages({ engine, nextSession, pairTrials }))
    .route("/strategies", strategyPages({ engine, source: source ?? null }))
    .route("/forecasts", forecastPages({ engine }))
    .get("/backfills", async (c) => {
      const data = await readBackfills({
        engine,
        parameters: new URL(c.req.url).searchParams,
        now: clock.now().epochMilliseconds,
      });
      return answer(c, <BackfillsPage {...data} />, data.problem === null ? 200 : 400);
    })
    .get("/backfills/:id{[1-9][0-9]{0,14}}", async (c) => {
      try {
        const backfill = await engine.backfills.get(Number(c.req.param("id")));
        return answer(c, <BackfillPage backfill={backfill} now={clock.now().epochMilliseconds} />);
      } catch (error) {
        if (error instanceof UnknownBackfillError) return c.notFound();
        throw error;
      }
    })
    .get("/docs", (c) => {
      if (!apiDocument) return c.notFound();
      return answer(c, <ApiDocsPage document={apiDocument()} origin={new URL(c.req.url).origin} />);
    })
    .route("/", searchPages({ engine, readDirectory }))
    .route("/", tickerPages({ engine, readDirectory }))
    .route("/", runPages({ engine, scheduler, clock }))
    .route("/", graphPages({ engine, clock }))
    .route("/static", staticFiles())
    .route("/", access ? accessPages({ ...access, clock }) : new Hono());
}
