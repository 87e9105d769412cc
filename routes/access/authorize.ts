import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { type Logger, messageOf } from "../../engine/mod.ts";
import { type Access, may } from "../../access/mod.ts";
import { Problem } from "../problems.ts";
import { actorOf, type CredentialVariables, unauthenticated } from "./credentials.ts";
import { changes, scopeNeeded } from "./policy.ts";

export interface AuthorizeOptions {
  access: Access | undefined;
  /** For the client addresses in audit events. */
  trustedProxies: number;
  logger: Logger;
}

/**
 * Admits requests that the principal's scope allows, and audits changes, before and after. Unauthenticated requests get 401 if
 * they come from a program, and the sign-in page if they come from a browser.
 */
export function authorize(
  { access, trustedProxies, logger }: AuthorizeOptions,
): MiddlewareHandler<{ Variables: CredentialVariables }> {
  return async (c, next) => {
    const { method, path } = c.req;
    const needed = scopeNeeded(method, path);
    const principal = c.get("principal");
    const audited = access !== undefined && changes(method, path) && isRoute(c);
    if (needed !== null) {
      if (principal === undefined) return askForCredentials(c);
      if (!may(principal, needed)) {
        if (audited) await access.audit.record(actorOf(c, { trustedProxies }), actionOf(c), "refused");
        throw new Problem(
          "forbidden",
          `This needs the scope "${needed}"; ${principal.name} has "${principal.scope}".`,
          { headers: { "WWW-Authenticate": `Bearer realm="tandem", error="insufficient_scope", scope="${needed}"` } },
        );
      }
    }
    if (!audited) return await next();
    const by = actorOf(c, { trustedProxies });
    // Routes with their own audit write the event in the transaction of the change; only their failures are recorded here.
    const event = ownAudit.test(path) ? null : await access.audit.begin(by, actionOf(c));
    await next();
    const outcome = String(c.res.status);
    try {
      if (event !== null) await access.audit.end(event, outcome);
      else if (c.res.status >= 400) await access.audit.record(by, actionOf(c), outcome);
    } catch (error) {
      // The change is done and answered; a failure to record its outcome is only logged.
      const what = event === null ? `That ${actionOf(c).action} was refused` : `The outcome of audit event ${event}`;
      logger.error(`${what} could not be written: ${messageOf(error)}`);
    }
  };
}

/** Routes that write their own events. */
const ownAudit = /^\/(?:v1|settings)\/(?:tokens|sessions)(?:\/|$)/;

function askForCredentials(c: Context<{ Variables: CredentialVariables }>): Response {
  const fault = c.get("credentialFault");
  if (fault === undefined && c.req.method === "GET" && isPage(c)) {
    const { pathname, search } = new URL(c.req.url);
    return c.redirect(`/sign-in?${new URLSearchParams({ return: pathname + search })}`, 302);
  }
  throw fault ?? unauthenticated("Send an access token as Authorization: Bearer, or sign in.");
}

/** Whether a browser requests a page to show; programs never do. */
function isPage(c: Context): boolean {
  return !/^\/(?:v1|api|ml|trading|metrics)(?:\/|$)/.test(c.req.path) &&
    (c.req.header("Accept") ?? "").includes("text/html");
}

/** Whether the request matches a route; catch-all routes do not count. */
function isRoute(c: Context): boolean {
  return routeOf(c) !== undefined;
}

function routeOf(c: Context): string | undefined {
  return matchedRoutes(c).findLast(({ method }) => method === c.req.method)?.path;
}

function actionOf(c: Context): { action: string; target: string } {
  return { action: `${c.req.method} ${routeOf(c) ?? c.req.path}`, target: c.req.path };
}
