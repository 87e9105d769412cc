import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { ScheduleState } from "../engine/mod.ts";
import { type OverviewEngine, OverviewPage, readOverview } from "./pages/overview.tsx";
import { staticFiles } from "./static_files.ts";

/** What a page needs of the rest. */
export interface PageOptions {
  engine: OverviewEngine;
  scheduler: { states(): Promise<ScheduleState[]> };
  /** What time it is; the machine's own time unless told otherwise. */
  clock?: { now(): Temporal.Instant };
}

/** What a person sees: the overview at `/`, and its files under `/static/`. Nothing in it comes from another host. */
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
    .use("/static/*", headers)
    .get("/", async (c) => {
      const data = await readOverview({ engine, scheduler, now: clock.now().epochMilliseconds });
      c.header("Cache-Control", "no-store");
      return c.html(`<!doctype html>${<OverviewPage {...data} />}`);
    })
    .route("/static", staticFiles());
}
