import type { MiddlewareHandler } from "hono";
import { allowedOrigin, type AllowedOrigins } from "./allowed_origins.ts";
import { Problem } from "./problems.ts";

/*
 * A server on loopback is open to every web page that its user looks at. A page cannot read the answers, but it can send
 * requests (JSON included, if it calls it text), and by pointing its own name at 127.0.0.1 it can read as well.
 */

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/** How the service is addressed, and by whom else. */
export interface OwnSite extends AllowedOrigins {
  /** The address that people use, where a proxy stands in front; the one that a request names otherwise. */
  publicUrl?: URL;
}

/**
 * Refuses requests that change something and that a browser sent for another site. Programs send neither `Origin` nor
 * `Sec-Fetch-Site` and pass; so do pages of the allowed origins on what programs use.
 *
 * With a `publicUrl` the origin must be that one's, whatever host a proxy passes on.
 */
export function ownOriginOnly(site: OwnSite = {}): MiddlewareHandler {
  const { publicUrl } = site;
  return async (c, next) => {
    if (!safeMethods.has(c.req.method) && allowedOrigin(c, site) === undefined) {
      const sentFor = c.req.header("Sec-Fetch-Site");
      const origin = c.req.header("Origin");
      // "same-site" is not enough: every port of localhost is the same site.
      const foreignSite = sentFor !== undefined && sentFor !== "same-origin" && sentFor !== "none";
      // What a browser says of the site is true, and needs no name to compare: unless there is one that it must be.
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

/**
 * Refuses requests that address anything but this machine itself or the service's public address: for a server that listens on
 * loopback.
 */
export function loopbackHostOnly({ publicUrl }: OwnSite = {}): MiddlewareHandler {
  return async (c, next) => {
    // A request line may name a host of its own, which servers must heed rather than the header.
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

/** Host and port of an origin; `undefined` for "null" and whatever else is no address. */
function hostOf(origin: string): string | undefined {
  const url = URL.parse(origin);
  return url === null || url.username !== "" || url.password !== "" ? undefined : url.host || undefined;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
