import type { MiddlewareHandler } from "hono";
import { Problem } from "./problems.ts";

/*
 * A server on loopback is open to every web page that its user looks at. A page cannot read the answers, but it can send
 * requests (JSON included, if it calls it text), and by pointing its own name at 127.0.0.1 it can read as well.
 */

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses requests that change something and that a browser sent for another site. Programs send neither `Origin` nor
 * `Sec-Fetch-Site` and pass.
 */
export const ownOriginOnly: MiddlewareHandler = async (c, next) => {
  if (!safeMethods.has(c.req.method)) {
    const site = c.req.header("Sec-Fetch-Site");
    const origin = c.req.header("Origin");
    const foreign = site !== undefined
      // "same-site" is not enough: every port of localhost is the same site.
      ? site !== "same-origin" && site !== "none"
      : origin !== undefined && hostOf(origin) !== hostOf(`http://${requestHost(c.req)}`);
    if (foreign) {
      throw new Problem("foreign-origin", "Requests that change something are taken from this site's own pages only.");
    }
  }
  await next();
};

/** Refuses requests that address anything but this machine itself: for a server that listens on loopback. */
export const loopbackHostOnly: MiddlewareHandler = async (c, next) => {
  const host = hostOf(`http://${requestHost(c.req)}`);
  if (host === undefined || !isLoopback(new URL(`http://${host}`).hostname)) {
    throw new Problem("foreign-host", "This server is addressed as localhost or 127.0.0.1 only.");
  }
  await next();
};

function requestHost(request: { header(name: string): string | undefined; url: string }): string {
  return request.header("Host") ?? new URL(request.url).host;
}

/** Host and port of an origin; `undefined` for "null" and whatever else is no address. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host || undefined : undefined;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
