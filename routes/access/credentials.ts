import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { type Access, type Actor, digestOf, type Principal, sameDigest } from "../../access/mod.ts";
import { allowedOrigin, type AllowedOrigins } from "../allowed_origins.ts";
import { fullAddress } from "../limits/client_address.ts";
import { Problem } from "../problems.ts";

/** Variables that authentication sets for later handlers. */
export interface CredentialVariables {
  /** `undefined` without valid credentials. */
  principal: Principal | undefined;
  /** Why the credentials of the request are invalid. */
  credentialFault: Problem | undefined;
}

/** Cookie of a session. Browsers accept this prefix only from this host, for all paths, and over TLS or on this machine. */
export const sessionCookie = "__Host-tandem_session";

/** The principal of every client without authentication. */
export const anybody: Principal = { kind: "anybody", id: null, name: "anybody", scope: "admin" };

/**
 * Determines the principal by `Authorization: Bearer …`, else by the session cookie, which counts only for this site's own pages.
 * Scopes are checked later, so that a browser with an ended session still reaches the sign-in.
 */
export function authenticate(
  access: Access | undefined,
  sites: AllowedOrigins,
): MiddlewareHandler<{ Variables: CredentialVariables }> {
  return async (c, next) => {
    if (!access?.required) {
      c.set("principal", anybody);
      return await next();
    }
    const header = c.req.header("Authorization");
    if (header !== undefined) {
      const principal = await bearer(access, header);
      if (principal instanceof Problem) c.set("credentialFault", principal);
      else c.set("principal", principal);
      return await next();
    }
    const secret = allowedOrigin(c, sites) === undefined ? getCookie(c, sessionCookie) : undefined;
    const principal = secret === undefined ? null : await access.sessions.principalOf(secret);
    if (principal) c.set("principal", principal);
    await next();
  };
}

async function bearer(access: Access, header: string): Promise<Principal | Problem> {
  const token = /^Bearer +([\w~+/.-]{1,200}=*)$/i.exec(header.trim())?.[1];
  if (token === undefined) {
    return unauthenticated("Credentials are sent as Authorization: Bearer with an access token.", "invalid_request");
  }
  if (sameDigest(digestOf(token), digestOf(access.ownerSecret))) {
    return { kind: "owner", id: null, name: "command line", scope: "admin" };
  }
  // Their forms differ, so that at most one of these queries the database.
  return await access.tokens.principalOf(token) ?? await access.sessions.principalOfPage(token) ??
    unauthenticated("This token is unknown, expired or revoked.", "invalid_token");
}

/** Source: RFC 6750, section 3. */
export function unauthenticated(detail: string, error?: "invalid_request" | "invalid_token"): Problem {
  const challenge = `Bearer realm="tandem"${error ? `, error="${error}"` : ""}`;
  return new Problem("unauthenticated", detail, { headers: { "WWW-Authenticate": challenge } });
}

/** The actor of the request, for the audit. */
export function actorOf(c: Context, { trustedProxies = 0 }: { trustedProxies?: number } = {}): Actor {
  const principal = (c.get("principal") as Principal | undefined) ??
    { kind: "anybody" as const, id: null, name: "anybody" };
  return {
    kind: principal.kind,
    id: principal.id,
    name: principal.name,
    address: fullAddress(c, { trustedProxies }),
    requestId: c.get("requestId") ?? null,
  };
}
