import type { MiddlewareHandler } from "hono";
import { allowedOrigin, type AllowedOrigins } from "./allowed_origins.ts";
import { Problem } from "./problems.ts";

/* A server on loopback can be reached by every web page that its user opens. A page cannot read the responses, but it can send
   requests (JSON included, labelled as text), and by DNS rebinding, its own name pointed at 127.0.0.1, it can read responses as
   well. */

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/** Public address of the service, and allowed origins. */
export interface OwnSite extends AllowedOrigins {
  /** The public address behind a proxy; otherwise that of the request. */
  publicUrl?: URL;
}

/**
 * Rejects changes that a browser sends for another site. Programs send neither `Origin` nor `Sec-Fetch-Site` and pass; pages of
 * allowed origins pass on the routes for programs.
 *
 * With a `publicUrl` the origin must be its origin, whatever host a proxy passes on.
 */
export function ownOriginOnly(site: OwnSite = {}): MiddlewareHandler {
  const { publicUrl } = site;
  return async (c, next) => {
    if (!safeMethods.has(c.req.method) && allowedOrigin(c, site) === undefined) {
      const sentFor = c.req.header("Sec-Fetch-Site");
      const origin = c.req.header("Origin");
      // "same-site" is not enough: every port of localhost is the same site.
      const foreignSite = sentFor !== undefined && sentFor !== "same-origin" && sentFor !== "none";
      // `Sec-Fetch-Site` is reliable and needs no comparison of names, unless a public address is configured.
      const foreignOrigin = origin !== undefined &&
        (publicUrl !== undefined
          ? origin !== publicUrl.origin
          : sentFor === undefined && hostOf(origin) !== hostOf(`http://${requestHost(c.req)}`));
      if (foreignSite || foreignOrigin) {
        throw new Problem(
          "foreign-origin",
          "Changes are accepted only from this site's own pages.",
        );
      }
    }
    await next();
  };
}

/** Rejects requests whose host is neither this machine nor the service's public address: for a server that listens on loopback. */
export function loopbackHostOnly({ publicUrl }: OwnSite = {}): MiddlewareHandler {
  return async (c, next) => {
    // A request line may contain a host, which takes precedence over the header.
    const hosts = [requestHost(c.req), new URL(c.req.url).host].map((host) => hostOf(`http://${host}`));
    for (const host of hosts) {
      if (host !== undefined && (host === publicUrl?.host || isLoopback(new URL(`http://${host}`).hostname))) continue;
      const names = `localhost or 127.0.0.1${publicUrl ? ` or ${publicUrl.host}` : ""}`;
      throw new Problem("foreign-host", `This server is addressed as ${names} only.`);
    }
    await next();
  };
}

function requestHost(request: { header(name: string): string | undefined; url: string }): string {
  return request.header("Host") ?? new URL(request.url).host;
}

/** Host and port of an origin; `undefined` for "null" and anything that is not a URL. */
function hostOf(origin: string): string | undefined {
  const url = URL.parse(origin);
  return url === null || url.username !== "" || url.password !== "" ? undefined : url.host || undefined;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
