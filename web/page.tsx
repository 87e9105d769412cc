import { type Context, Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { type ScheduleState, UnknownBackfillError } from "../engine/mod.ts";
import { type AssetEngine, readAsset } from "./asset_record.ts";
import { AssetAbsentPage, AssetPage } from "./pages/asset.tsx";
import { type OverviewEngine, OverviewPage, readOverview } from "./pages/overview.tsx";
import { BackfillPage } from "./pages/backfill.tsx";
import { type BackfillEngine, BackfillsPage, readBackfills } from "./pages/backfills.tsx";
import { PairPage } from "./pages/pair.tsx";
import { PairAbsentPage } from "./pages/pair_absent.tsx";
import { PairsPage, readPairs } from "./pages/pairs.tsx";
import type { PairsEngine } from "./tested_pairs.ts";
import { pairPath } from "./pair_path.ts";
import { type PairEngine, readPair } from "./pair_record.ts";
import { type RunEngine, runPages } from "./run_pages.tsx";
import { staticFiles } from "./static_files.ts";

/** What a page needs of the rest. */
export interface PageOptions {
  engine: OverviewEngine & PairEngine & PairsEngine & AssetEngine & BackfillEngine & RunEngine;
  scheduler: { states(): Promise<ScheduleState[]> };
  /** What time it is; the machine's own time unless told otherwise. */
  clock?: { now(): Temporal.Instant };
}

/**
 * What a person sees: the overview at `/`, an asset under `/assets`, the pairs under `/pairs`, the backfills under `/backfills`, the runs and schedules, and
 * their files under `/static/`. Nothing in it comes from another host.
 */
export function page({ engine, scheduler, clock = { now: () => Temporal.Now.instant() } }: PageOptions): Hono {
  const headers = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    xFrameOptions: "DENY",
    referrerPolicy: "same-origin",
  });
  return new Hono()
    // By path and not for all: this app is mounted at the root, beside the API.
    .use("/", headers)
    .use("/assets/*", headers)
    .use("/pairs/*", headers)
    .use("/backfills/*", headers)
    .use("/runs/*", headers)
    .use("/schedules/*", headers)
    .use("/static/*", headers)
    .get("/", async (c) => {
      const data = await readOverview({ engine, scheduler, now: clock.now().epochMilliseconds });
      return answer(c, <OverviewPage {...data} />);
    })
    .get("/assets/:key", async (c) => {
      const key = c.req.param("key");
      const record = await readAsset(engine, key, clock.now().epochMilliseconds);
      return record ? answer(c, <AssetPage record={record} />) : answer(c, <AssetAbsentPage name={key} />, 404);
    })
    .get("/pairs", async (c) => {
      const data = await readPairs({ engine, parameters: new URL(c.req.url).searchParams });
      return answer(c, <PairsPage {...data} />, data.problems.size > 0 ? 400 : 200);
    })
    .get("/pairs/:ticker_1/:ticker_2", async (c) => {
      const { ticker_1, ticker_2 } = c.req.param();
      const tickers = [ticker_1, ticker_2] as const;
      const pair = await readPair(engine, tickers, { strategy: c.req.query("strategy") });
      if (pair === "reversed") return c.redirect(pairPath(ticker_2, ticker_1), 302);
      if (pair === "unmaterialized") return answer(c, <PairAbsentPage tickers={tickers} materialized={false} />);
      if (pair === "unknown") return answer(c, <PairAbsentPage tickers={tickers} materialized />, 404);
      return answer(c, <PairPage pair={pair} />);
    })
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
    .route("/", runPages({ engine, scheduler, clock }))
    .route("/static", staticFiles());
}

function answer(c: Context, html: unknown, status: 200 | 400 | 404 = 200): Response {
  c.header("Cache-Control", "no-store");
  return c.html(`<!doctype html>${html}`, status);
}
