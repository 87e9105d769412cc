import type { Context, MiddlewareHandler } from "hono";
import { digestOf } from "../../access/secret.ts";
import type { Principal } from "../../access/principal.ts";
import { type LeasedRates, paceOf, type RatePolicy, type Turn, turnsAtOnce } from "../../resources/rate_limit/mod.ts";
import { Problem } from "../problems.ts";
import { clientAddress, type Proxies } from "./client_address.ts";

/** Rate policies of requests. */
export interface RequestPolicies {
  /** Per token or session. */
  principal: RatePolicy;
  /** Per address without credentials. */
  address: RatePolicy;
  /** Per address, for credentials that have not been verified yet. */
  credential: RatePolicy;
  /** Per address during sign-in. */
  signIn: RatePolicy;
}

/** All policies, from the requests per minute of a token or session: a third of them at once, and a fifth without credentials. */
export function requestPolicies(perMinute: number): RequestPolicies {
  const of = (rate: number): RatePolicy => ({ perMinute: rate, burst: Math.max(1, Math.ceil(rate / 3)) });
  return {
    principal: of(perMinute),
    address: of(perMinute / 5),
    credential: { perMinute: 60, burst: 60 },
    signIn: { perMinute: 10, burst: 10 },
  };
}

export interface RequestRatesOptions extends Proxies {
  /** For addresses, which can be numerous. */
  addresses: LeasedRates;
  /** For tokens and sessions, whose number is limited by those in the database. */
  principals: LeasedRates;
  policies: RequestPolicies;
  /** Monotonic milliseconds. */
  now?: () => number;
}

/** The two stages that count requests. */
export interface RequestRates {
  /** By address: requests without credentials or with unverified ones, and sign-ins. Before authentication. */
  byAddress: MiddlewareHandler;
  /** By token or session, after authentication. */
  byPrincipal: MiddlewareHandler;
}

/** Requests that are cheaper to answer than to count. */
const uncounted = (path: string) => path === "/healthz" || path.startsWith("/static/");
const isSignIn = (c: Context) =>
  c.req.path.startsWith("/auth/") || (c.req.path === "/sign-in" && c.req.method === "POST");

/** Time for which verified credentials are not counted as an attempt. */
const KNOWN_MS = 10 * 60_000;
const MAX_KNOWN = 10_000;

/**
 * Rate limits of requests. Excess requests get 429 with `Retry-After`; every counted response has the remaining requests in
 * `RateLimit`,
 * and the limit in `RateLimit-Policy`: `q` requests at once, all available again after `w` seconds.
 *
 * Credentials count as an attempt of their address until they are verified, which limits database queries by guesses without
 * limiting valid clients at the same address.
 *
 * Source: draft-ietf-httpapi-ratelimit-headers-10.
 */
export function requestRates(
  { addresses, principals, policies, trustedProxies, now = () => performance.now() }: RequestRatesOptions,
): RequestRates {
  /** Digests of verified credentials with their expiry, oldest first. */
  const known = new Map<string, number>();

  function isKnown(credentials: string): boolean {
    return (known.get(credentials) ?? -Infinity) > now();
  }

  function remember(credentials: string): void {
    known.delete(credentials);
    if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value!);
    known.set(credentials, now() + KNOWN_MS);
  }

  return {
    async byAddress(c, next) {
      if (uncounted(c.req.path)) return await next();
      const address = clientAddress(c, { trustedProxies });
      const take = async (kind: keyof RequestPolicies) =>
        settle(c, { kind, policy: policies[kind], turn: await addresses.take(`${kind}:${address}`, policies[kind]) });
      if (isSignIn(c)) await take("signIn");
      const credentials = credentialsOf(c);
      if (credentials === undefined) {
        if (!isSignIn(c)) await take("address");
        return await next();
      }
      if (!isKnown(credentials)) await take("credential");
      await next();
      const { kind } = (c.get("principal") as Principal | undefined) ?? { kind: "anybody" };
      if (kind === "anybody") known.delete(credentials);
      else remember(credentials);
    },

    async byPrincipal(c, next) {
      const principal = c.get("principal") as Principal | undefined;
      if ((principal?.kind === "token" || principal?.kind === "session") && !uncounted(c.req.path)) {
        const policy = policies.principal;
        const turn = await principals.take(`${principal.kind}:${principal.id}`, policy);
        settle(c, { kind: "principal", policy, turn });
      }
      await next();
    },
  };
}

/** Digest of a request's credentials, which may stay in memory; `undefined` without any. */
function credentialsOf(c: Context): string | undefined {
  const cookies = c.req.header("Cookie");
  // Cookies of other services on the same host name are ignored.
  const shown = c.req.header("Authorization") ?? (cookies?.includes("__Host-") ? cookies : undefined);
  return shown === undefined || shown === "" ? undefined : digestOf(shown).toBase64();
}

/** Reports the remaining requests. @throws {Problem} If none are left. */
function settle(
  c: Context,
  { kind, policy, turn }: { kind: keyof RequestPolicies; policy: RatePolicy; turn: Turn },
): void {
  const pace = paceOf(policy);
  const quota = turnsAtOnce(pace);
  const window = seconds(quota * pace.intervalMs);
  const name = { principal: "principal", address: "address", credential: "credential", signIn: "sign-in" }[kind];
  const headers = {
    "RateLimit-Policy": `"${name}";q=${quota};w=${window}`,
    "RateLimit": `"${name}";r=${turn.remaining};t=${seconds(turn.allowed ? turn.resetMs : turn.retryAfterMs)}`,
  };
  if (turn.allowed) {
    for (const [field, value] of Object.entries(headers)) c.header(field, value);
    return;
  }
  const wait = seconds(turn.retryAfterMs);
  throw new Problem("too-many-requests", `${whose[kind]} Try again in ${wait} s.`, {
    headers: { ...headers, "Retry-After": `${wait}` },
  });
}

const whose: Record<keyof RequestPolicies, string> = {
  principal: "This token or session has exceeded its request rate.",
  address: "This address has exceeded the request rate without credentials.",
  credential: "This address has sent too many unknown credentials.",
  signIn: "This address has tried to sign in too often.",
};

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
