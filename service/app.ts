import { Hono } from "hono";
import deno from "../deno.json" with { type: "json" };
import type { Logger, Scheduler } from "../engine/mod.ts";
import { openIdProvider } from "../resources/identity_provider/mod.ts";
import { api, onError, onNotFound, openApiDocument, requestRatesFrom } from "../routes/mod.ts";
import type { Environment } from "../settings/environment.ts";
import { page, pageNotFound, pageOnError, type PageOptions } from "../web/mod.ts";
import type { OpenService } from "./open_service.ts";
import { metricsOf, readiness } from "./operations.ts";

/** The API and the pages of a service. */
export function appOf(
  service: OpenService,
  { environment, logger, scheduler, stopping, siteUrl }: {
    environment: Environment;
    logger: Logger;
    scheduler: Scheduler;
    stopping: AbortSignal;
    /** Address for users; known once it listens. */
    siteUrl: () => URL;
  },
): Hono {
  const { engine, database, access, instruments, project } = service;
  const { loopbackOnly, publicUrl, allowedOrigins, trustedProxies, compat } = environment;
  const app: Hono = new Hono()
    .onError(pageOnError(onError(logger)))
    .notFound(pageNotFound(onNotFound))
    // First: it guards the routes after it.
    .route(
      "/",
      api({
        engine,
        scheduler,
        logger,
        ready: () => readiness(service, stopping),
        databaseAwaySignal: () => database.awaySignal(),
        limits: { loopbackOnly },
        metrics: metricsOf(service, { environment, logger }),
        instruments,
        stopping,
        access,
        version: deno.version,
        publicUrl,
        allowedOrigins,
        trustedProxies,
        compat,
        // Without authentication all requests come from the operator.
        rates: access.required || trustedProxies > 0 ? requestRatesFrom(environment, { database, logger }) : undefined,
      }),
    )
    .route(
      "/",
      page({
        engine,
        scheduler,
        source: project.dataSource,
        nextSession: project.nextSession,
        pairTrials: project.pairTrials?.({ engine, database }),
        apiDocument: () => openApiDocument(app.routes, { version: deno.version }),
        access: signInOptions(service, { environment, logger, siteUrl }),
      }),
    );
  return app;
}

function signInOptions(
  { access }: OpenService,
  { environment: { signIn, trustedProxies }, logger, siteUrl }: {
    environment: Environment;
    logger: Logger;
    siteUrl: () => URL;
  },
): PageOptions["access"] {
  return {
    access,
    siteUrl,
    trustedProxies,
    logger,
    signIn: signIn === undefined ? null : {
      provider: openIdProvider({ ...signIn, hostedDomain: signIn.allowList.onlyDomain ?? undefined }),
      scopeOf: (email, domain) => signIn.allowList.scopeOf(email, domain),
      allowedOrigins: signIn.allowedOrigins,
      tokenInUrl: signIn.tokenInUrl,
    },
  };
}
