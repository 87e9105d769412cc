import type { Context, MiddlewareHandler } from "hono";

/** Other sites whose pages may use the service. */
export interface AllowedOrigins {
  /** Their origins, exactly as browsers send them; empty by default. */
  allowedOrigins?: readonly string[];
}

/** Routes for programs. Pages and forms are only for this site's own pages. */
const forPrograms = /^\/(?:(?:api|ml|trading|v1)(?:\/|$)|(?:auth\/exchange|healthz|readyz|openapi\.json)$)/;

const methods = "GET, HEAD, POST, DELETE";
/** Allowed request headers beyond the safelisted ones. */
const requestHeaders = "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID";
/** Readable response headers beyond the safelisted ones. */
const answerHeaders =
  "Content-Disposition, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Tandem-Data-Source, WWW-Authenticate, X-Request-Id";

/**
 * The origin of the page that sends a request, if it is an allowed one; `undefined` otherwise, also for this site's own pages and
 * programs.
 *
 * Such a page authenticates by token, never by cookie.
 */
export function allowedOrigin(c: Context, { allowedOrigins = [] }: AllowedOrigins): string | undefined {
  const origin = c.req.header("Origin");
  const other = origin !== undefined && c.req.header("Sec-Fetch-Site") !== "same-origin";
  return other && allowedOrigins.includes(origin) && forPrograms.test(c.req.path) ? origin : undefined;
}

/**
 * Lets pages of the allowed origins read responses, and answers preflight requests. Other origins get the same responses as
 * without a list, except that `Vary` tells caches that responses differ by origin.
 *
 * Source: Fetch Standard, section 3.3, "CORS protocol".
 */
export function crossOrigin(sites: AllowedOrigins): MiddlewareHandler {
  return async (c, next) => {
    const origin = allowedOrigin(c, sites);
    if (origin !== undefined && c.req.method === "OPTIONS" && c.req.header("Access-Control-Request-Method")) {
      return c.body(null, 204, {
        ...leave(origin),
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": requestHeaders,
        "Access-Control-Max-Age": "600",
        "Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
      });
    }
    await next();
    const { headers } = c.res;
    headers.append("Vary", "Origin");
    if (origin === undefined) return;
    for (const [name, value] of Object.entries(leave(origin))) headers.set(name, value);
    headers.set("Access-Control-Expose-Headers", answerHeaders);
  };
}

/** Never `*`, which browsers reject with credentials. */
function leave(origin: string): Record<string, string> {
  return { "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true" };
}
