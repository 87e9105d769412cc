import { z } from "zod";
import { scopes } from "../../access/mod.ts";

export const ScopeName = z.enum(scopes).describe(
  "read sees everything but who has access; operate materializes, backfills, cancels and pauses too; admin also gives and takes access",
);

const instant = z.iso.datetime();

export const TokenView = z.object({
  id: z.int(),
  name: z.string(),
  scope: ScopeName,
  hint: z.string().describe("Its first letters"),
  createdBy: z.string(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable().describe("To the minute"),
  revokedAt: instant.nullable(),
  revokedBy: z.string().nullable(),
});
export const TokenList = z.object({ tokens: z.array(TokenView) });

export const TokenRequest = z.strictObject({
  name: z.string().trim().min(1).max(100).regex(/^[^\p{Cc}]*$/u, "A name without control characters is wanted.")
    .describe("What it is for"),
  scope: ScopeName.default("read"),
  expiresInDays: z.number().min(0.001).max(3_650).optional().describe(
    "Days until it expires; without an end unless told otherwise",
  ),
});
export const TokenCreated = z.object({
  token: TokenView,
  secret: z.string().describe("Shown this once"),
});

export const SessionView = z.object({
  id: z.int(),
  name: z.string().describe("Address of the person, or name of the token"),
  by: z.enum(["person", "token"]),
  origin: z.string().nullable().describe("Of the page that shows it as a token; null for a browser"),
  userAgent: z.string().nullable(),
  createdAt: instant,
  lastUsedAt: instant,
  expiresAt: instant,
  current: z.boolean().describe("Whether it is the one that asks"),
});
export const SessionList = z.object({ sessions: z.array(SessionView) });

export const AuditEventView = z.object({
  id: z.int(),
  at: instant,
  actorKind: z.string(),
  actorId: z.int().nullable(),
  actor: z.string(),
  action: z.string(),
  target: z.string().nullable(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  outcome: z.string().nullable().describe("null while it is done, or where the process ended in the middle"),
  detail: z.record(z.string(), z.unknown()),
});
export const AuditEventList = z.object({ events: z.array(AuditEventView) });

export const Me = z.object({
  kind: z.enum(["anybody", "token", "session", "owner"]),
  id: z.int().nullable(),
  name: z.string(),
  scope: ScopeName,
});
