import type { MiddlewareHandler } from "hono";
import { isSecure, type Proxies } from "./limits/client_address.ts";

/** What a page may load and do: files and answers of this site, and nothing inline. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** What is no page and is shown as one all the same, such as JSON that somebody opens, may do nothing. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const everywhere: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  // Addresses of pages hold what somebody looks for: other sites need not know.
  "Referrer-Policy": "same-origin",
  "X-Frame-Options": "DENY",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy":
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), publickey-credentials-get=(), usb=()",
  "X-Permitted-Cross-Domain-Policies": "none",
};

/** A year. Without subdomains, which are nothing of ours. */
const transportPolicy = "max-age=31536000";

/** What is known of the address under which people reach the service. */
export interface SiteOptions extends Proxies {
  /** The address that people use, where it is another than the one that is listened on. */
  publicUrl?: URL;
}

/**
 * The security headers of every answer, in one place: pages, data, files and errors alike. Nobody else sets them.
 *
 * What says nothing of caches is stored in none. `Strict-Transport-Security` goes to clients that came by TLS alone: browsers ignore
 * it otherwise, and a service without TLS must not promise any.
 */
export function securityHeaders({ publicUrl, trustedProxies }: SiteOptions): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    const isPage = headers.get("Content-Type")?.startsWith("text/html") ?? false;
    c.header("Content-Security-Policy", isPage ? pagePolicy : dataPolicy);
    for (const [name, value] of Object.entries(everywhere)) c.header(name, value);
    if (!headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
    if (publicUrl?.protocol === "https:" || isSecure(c, { trustedProxies })) {
      c.header("Strict-Transport-Security", transportPolicy);
    }
  };
}
