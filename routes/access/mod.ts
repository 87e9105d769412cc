/** Routes about access itself: `/v1/tokens`, `/v1/sessions`, `/v1/audit-events`, `/v1/me`. */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { type Access, may, type Principal } from "../../access/mod.ts";
import { linkToNext } from "../links.ts";
import { Problem } from "../problems.ts";
import { idNumber, jsonBody, query, wholeNumber } from "../validation.ts";
import { actorOf } from "./credentials.ts";
import { TokenRequest } from "./schemas.ts";

export interface AccessRoutesOptions {
  access: Access;
  trustedProxies: number;
}

const AuditPage = z.strictObject({
  limit: wholeNumber(1, 1_000).default(100).describe("How many at most"),
  before: idNumber.optional().describe("Only those before this id"),
  actor: z.string().max(300).optional().describe("Only those of this name or address"),
  action: z.string().max(300).optional().describe("Only those of this kind, such as `token.create`"),
});

export function accessRoutes({ access, trustedProxies }: AccessRoutesOptions) {
  const by = (c: Context) => actorOf(c, { trustedProxies });
  return new Hono()
    .get("/me", (c) => c.json(principalOf(c)))
    .get("/tokens", async (c) => c.json({ tokens: await access.tokens.list() }))
    // The secret is in this answer alone.
    .post("/tokens", jsonBody(TokenRequest), async (c) => {
      const created = await access.tokens.create(c.req.valid("json"), by(c));
      return c.json(created, 201, { Location: `/v1/tokens/${created.token.id}` });
    })
    .delete("/tokens/:id", async (c) => c.json(await access.tokens.revoke(idOf(c, "token"), by(c))))
    // One's own; everybody's for who may give and take access.
    .get("/sessions", async (c) => {
      const principal = principalOf(c);
      const sessions = await access.sessions.list(may(principal, "admin") ? {} : { name: principal.name });
      const isCurrent = (id: number) => principal.kind === "session" && principal.id === id;
      return c.json({ sessions: sessions.map((session) => ({ ...session, current: isCurrent(session.id) })) });
    })
    .delete("/sessions/:id", async (c) => {
      const principal = principalOf(c);
      const whose = may(principal, "admin") ? {} : { name: principal.name };
      await access.sessions.end(idOf(c, "session"), { by: by(c), ...whose });
      return c.body(null, 204);
    })
    .get("/audit-events", query(AuditPage), async (c) => {
      const { limit, ...wanted } = c.req.valid("query");
      const found = await access.audit.list({ ...wanted, limit: limit + 1 });
      const events = found.slice(0, limit);
      if (found.length > limit) c.header("Link", linkToNext(c.req.url, { before: `${events.at(-1)!.id}` }));
      return c.json({ events });
    });
}

/** Empty routes of the same type, for a service without authentication. */
export function noAccessRoutes(): ReturnType<typeof accessRoutes> {
  return new Hono() as ReturnType<typeof accessRoutes>;
}

function principalOf(c: Context): Principal {
  return c.get("principal") as Principal;
}

function idOf(c: Context, kind: "token" | "session"): number {
  const text = c.req.param("id") ?? "";
  const id = Number(text);
  if (!/^[1-9]\d*$/.test(text) || !Number.isSafeInteger(id)) {
    throw new Problem(`unknown-${kind}`, `There is no ${kind} of this id: they are numbered.`);
  }
  return id;
}

export { authorize, type AuthorizeOptions } from "./authorize.ts";
export { actorOf, anybody, authenticate, type CredentialVariables, sessionCookie } from "./credentials.ts";
export { changes, scopeNeeded } from "./policy.ts";
