/**
 * The routes of the services that Tandem replaces, so that their clients can use Tandem instead. Differences are listed in
 * docs/compatibility.md.
 */
import { Hono, type MiddlewareHandler } from "hono";
import type { Engine, Logger } from "../../engine/mod.ts";
import { AnswerCache } from "../answer_cache.ts";
import { fitRlrtRoutes } from "./fit_rlrt.ts";
import { modelChosenPairRoutes } from "./model_chosen_pairs.ts";
import { onOldError, onOldNotFound } from "./old_errors.ts";
import { pairRoutes } from "./pairs.ts";
import { quantServiceRoutes } from "./quant_service.ts";
import type { Compat, CompatVariables } from "./strict_query.ts";
import { tickerRoutes } from "./tickers.ts";

/** Dependencies of these routes. */
export interface CompatOptions {
  engine: Engine;
  logger: Logger;
  /** Maximum size of a body of `/ml` and `/trading`: the closes of a whole market. */
  maxClosesBytes: number;
  /** Default compatibility of responses, if a request does not set it; correct numbers by default. */
  compat?: Compat;
}

/** Total size of cached responses. */
const cacheBytes = 16 * 1024 * 1024;

/** `/ml` and `/trading` of the original quant service, computed from the body; `/api` of its backend, read from assets. */
export function compatRoutes({ engine, logger, maxClosesBytes, compat = "none" }: CompatOptions) {
  const reads = { engine, answers: new AnswerCache(cacheBytes) };
  const asTheServerIsSet: MiddlewareHandler<{ Variables: CompatVariables }> = async (c, next) => {
    c.set("compat", compat);
    await next();
  };
  const prefixes = ["/ml/*", "/trading/*", "/api/*"];
  const routes = new Hono()
    .onError(onOldError(logger))
    .on("ALL", prefixes, asTheServerIsSet)
    .route("/", quantServiceRoutes({ maxBodyBytes: maxClosesBytes }))
    .route("/api/ticker", tickerRoutes(reads))
    .route("/api/pairs", pairRoutes(reads))
    .route("/api/ml", fitRlrtRoutes(engine))
    .route("/api/model-chosen-pairs", modelChosenPairRoutes(reads));
  for (const prefix of prefixes) routes.all(prefix, onOldNotFound);
  return routes;
}

export type { Compat } from "./strict_query.ts";
