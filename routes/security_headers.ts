import type { MiddlewareHandler } from "hono";
import { allowedOrigin, type AllowedOrigins } from "./allowed_origins.ts";
import { isSecure, type Proxies } from "./limits/client_address.ts";

/** Content security policy of pages: only files and responses of this site, nothing inline. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** Policy of other responses, such as JSON opened in a browser: they load and run nothing. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const everywhere = Object.entries({
  "X-Content-Type-Options": "nosniff",
  // URLs of pages contain search terms, which are private.
  "Referrer-Policy": "same-origin",
  "X-Frame-Options": "DENY",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy":
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), publickey-credentials-get=(), usb=()",
  "X-Permitted-Cross-Domain-Policies": "none",
});

/** One year. Without subdomains, which may belong to other services. */
const withTransport = [...everywhere, ["Strict-Transport-Security", "max-age=31536000"] as const];

/** The public address of the service. */
export interface SiteOptions extends Proxies, AllowedOrigins {
  /** The public address, if it differs from the listening one. */
  publicUrl?: URL;
}

/**
 * The security headers of every response, in one place: pages, data, files and errors. No other code sets them.
 *
 * Responses without a cache policy are not stored. `Strict-Transport-Security` is sent only over TLS: browsers ignore it
 * otherwise, and a service without TLS must not promise it. Pages of other sites may embed only responses that they are allowed
 * to read.
 */
export function securityHeaders(site: SiteOptions): MiddlewareHandler {
  const { publicUrl } = site;
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    const isPage = headers.get("Content-Type")?.startsWith("text/html") ?? false;
    const secure = publicUrl?.protocol === "https:" || isSecure(c, site);
    // Sets the headers directly: `c.header` would copy the whole response for each.
    for (const [name, value] of secure ? withTransport : everywhere) headers.set(name, value);
    if (allowedOrigin(c, site)) headers.set("Cross-Origin-Resource-Policy", "cross-origin");
    headers.set("Content-Security-Policy", isPage ? pagePolicy : dataPolicy);
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  };
}
