/** Routes about access itself: `/v1/tokens`, `/v1/sessions`, `/v1/audit-events`, `/v1/me`. */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { type Access, AuditEvent, may, NewToken, Principal, Session, Token } from "../../access/mod.ts";
import { named } from "../../engine/mod.ts";
import { nextPage, pageOf } from "../links.ts";
import { describeRoute, numbered, objectAnswer } from "../openapi/describe_route.ts";
import { idPage, jsonBody, pathId, query, wholeNumber } from "../validation.ts";
import { actorOf } from "./credentials.ts";

export interface AccessRoutesOptions {
  access: Access;
  trustedProxies: number;
}

const AuditPage = z.strictObject({
  ...idPage,
  limit: wholeNumber(1, 1_000).default(100).describe("Maximum number"),
  actor: z.string().max(300).optional().describe("Only those of this name or address"),
  action: z.string().max(300).optional().describe("Only those of this kind, such as `token.create`"),
});

named("Token", Token);

const describeMe = describeRoute({
  tag: "Access",
  summary: "The caller and its scope",
  answers: { 200: { description: "The caller", schema: named("Me", Principal) } },
});
const describeTokens = describeRoute({
  tag: "Access",
  summary: "Access tokens, without their secrets",
  answers: { 200: objectAnswer("TokenList", { tokens: z.array(Token) }, "The tokens") },
});
const describeNewToken = describeRoute({
  tag: "Access",
  summary: "Create an access token",
  example: { body: { name: "nightly", scope: "operate", expiresInDays: 90 } },
  answers: {
    201: objectAnswer(
      "TokenCreated",
      { token: Token, secret: z.string().describe("Shown only once") },
      "The token with its secret, which is shown only once",
      { headers: { Location: "Of the token" } },
    ),
  },
});
const describeRevocation = describeRoute({
  tag: "Access",
  summary: "Revoke an access token",
  path: numbered("token"),
  answers: { 200: { description: "The revoked token", schema: Token } },
  problems: [404],
});
const describeSessions = describeRoute({
  tag: "Access",
  summary: "Sessions: your own, or all of them for an admin",
  answers: {
    200: objectAnswer("SessionList", {
      sessions: z.array(Session.extend({ current: z.boolean().describe("Whether it is the caller's own session") })),
    }, "The sessions"),
  },
});
const describeSessionEnd = describeRoute({
  tag: "Access",
  summary: "End a session",
  path: numbered("session"),
  answers: { 204: { description: "Ended" } },
  problems: [404],
});
const describeAudit = describeRoute({
  tag: "Access",
  summary: "The audit log of changes, newest first",
  answers: {
    200: objectAnswer("AuditEventList", { events: z.array(AuditEvent) }, "A page of events", { headers: nextPage }),
  },
});

export function accessRoutes({ access, trustedProxies }: AccessRoutesOptions) {
  const by = (c: Context) => actorOf(c, { trustedProxies });
  return new Hono()
    .get("/me", describeMe, (c) => c.json(principalOf(c)))
    .get("/tokens", describeTokens, async (c) => c.json({ tokens: await access.tokens.list() }))
    .post("/tokens", describeNewToken, jsonBody(NewToken), async (c) => {
      const created = await access.tokens.create(c.req.valid("json"), by(c));
      return c.json(created, 201, { Location: `/v1/tokens/${created.token.id}` });
    })
    .delete("/tokens/:id", describeRevocation, async (c) => c.json(await access.tokens.revoke(idOf(c, "token"), by(c))))
    .get("/sessions", describeSessions, async (c) => {
      const principal = principalOf(c);
      const sessions = await access.sessions.list(may(principal, "admin") ? {} : { name: principal.name });
      const isCurrent = (id: number) => principal.kind === "session" && principal.id === id;
      return c.json({ sessions: sessions.map((session) => ({ ...session, current: isCurrent(session.id) })) });
    })
    .delete("/sessions/:id", describeSessionEnd, async (c) => {
      const principal = principalOf(c);
      const whose = may(principal, "admin") ? {} : { name: principal.name };
      await access.sessions.end(idOf(c, "session"), { by: by(c), ...whose });
      return c.body(null, 204);
    })
    .get("/audit-events", describeAudit, query(AuditPage), async (c) => {
      const { limit, ...wanted } = c.req.valid("query");
      const found = await access.audit.list({ ...wanted, limit: limit + 1 });
      const events = pageOf(c, found, limit);
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
  const message = `There is no ${kind} with this id: ids are numbers.`;
  return pathId(c.req.param("id") ?? "", { kind: `unknown-${kind}`, message });
}

export { authorize } from "./authorize.ts";
export { actorOf, authenticate, sessionCookie } from "./credentials.ts";
export { scopeNeeded } from "./policy.ts";
