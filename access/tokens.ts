import { z } from "zod";
import type { Database, Sql } from "../resources/database/mod.ts";
import { type Actor, recordAction } from "./audit.ts";
import { type Principal, Scope } from "./principal.ts";
import { digestOf, sameDigest } from "./secret.ts";
import { hintLength, isTokenText, newTokenText } from "./token_text.ts";

/** Maps secrets to principals. */
export interface Credentials {
  /** `null` if the secret is invalid, whatever the reason. */
  principalOf(secret: string): Promise<Principal | null>;
}

/** An access token without its secret, which is shown only once. */
export const Token = z.strictObject({
  id: z.int(),
  name: z.string(),
  scope: Scope,
  hint: z.string().describe("Its first letters"),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable().describe("To the minute"),
  revokedAt: z.iso.datetime().nullable(),
  revokedBy: z.string().nullable(),
});
export type Token = z.infer<typeof Token>;

/** Bounds of a token's time until it expires, in days. */
export const expiryDays = { least: 0.001, most: 3_650 } as const;

/** Attributes of a new token. */
export const NewToken = z.strictObject({
  name: z.string().trim().min(1).max(100).regex(/^[^\p{Cc}]*$/u, "A name without control characters is required.")
    .describe("Purpose"),
  scope: Scope.default("read"),
  expiresInDays: z.number().min(expiryDays.least).max(expiryDays.most).optional().describe(
    "Days until it expires; default never",
  ),
});
export type NewToken = z.infer<typeof NewToken>;

/** The token does not exist or has been revoked already. */
export class UnknownTokenError extends Error {
  override readonly name = "UnknownTokenError";

  constructor(readonly id: number) {
    super(`There is no active token ${id}.`);
  }
}

/** The form has already created a token. */
export class RepeatedFormError extends Error {
  override readonly name = "RepeatedFormError";

  constructor(name: string) {
    super(`This form has already created the token “${name}”; its secret was shown once.`);
  }
}

/**
 * Access tokens for programs. A token is stored as its digest and shown once, when it is created; a revoked token is rejected
 * from the next request on, in every process.
 */
export class Tokens implements Credentials {
  readonly #sql: Sql;

  constructor({ sql }: Pick<Database, "sql">) {
    this.#sql = sql;
  }

  /**
   * Creates a token. `secret` is returned here and stored nowhere.
   *
   * @param options `formKey` names the form that asks for the token: a browser that reloads the answer sends the form again.
   * @throws {RepeatedFormError} If the form of that key has created a token.
   */
  async create(
    { name, scope, expiresInDays }: NewToken,
    by: Actor,
    { formKey }: { formKey?: string } = {},
  ): Promise<{ token: Token; secret: string }> {
    const secret = newTokenText();
    const token = await this.#sql.begin(async (tx) => {
      if (formKey !== undefined) await claimForm(tx, formKey);
      const [row] = await tx<TokenRow[]>`
        INSERT INTO access.token (name, scope, hint, digest, created_by, expires_at)
        VALUES (${name}, ${scope}, ${secret.slice(0, hintLength)}, ${digestOf(secret)}, ${by.name},
          now() + ${expiresInDays ?? null}::float8 * interval '1 day')
        RETURNING *`;
      const detail = { name, scope, expiresInDays: expiresInDays ?? null, ...(formKey !== undefined && { formKey }) };
      await recordAction(tx, by, { action: "token.create", target: `token ${row!.id}`, detail }, "done");
      return row!;
    });
    return { token: tokenOf(token), secret };
  }

  /** All tokens, valid ones first, newest first. */
  async list(): Promise<Token[]> {
    const rows = await this.#sql<TokenRow[]>`
      SELECT * FROM access.token
      ORDER BY revoked_at IS NOT NULL, coalesce(expires_at <= now(), false), id DESC`;
    return rows.map(tokenOf);
  }

  /** Revokes a token and ends the sessions started with it. @throws {UnknownTokenError} */
  async revoke(id: number, by: Actor): Promise<Token> {
    return await this.#sql.begin(async (tx) => {
      const [row] = await tx<TokenRow[]>`
        UPDATE access.token SET revoked_at = now(), revoked_by = ${by.name}
        WHERE id = ${id} AND revoked_at IS NULL RETURNING *`;
      if (!row) throw new UnknownTokenError(id);
      await tx`UPDATE access.session SET ended_at = now() WHERE token_id = ${id} AND ended_at IS NULL`;
      await recordAction(tx, by, { action: "token.revoke", target: `token ${id}`, detail: { name: row.name } }, "done");
      return tokenOf(row);
    });
  }

  /** Whether there is a valid token. */
  async anyHolds(): Promise<boolean> {
    const rows = await this.#sql`
      SELECT FROM access.token WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) LIMIT 1`;
    return rows.length > 0;
  }

  /** Whether a token is still valid, for work started with it. Does not count as a use. */
  async holds(id: number): Promise<boolean> {
    const rows = await this.#sql`
      SELECT FROM access.token
      WHERE id = ${id} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`;
    return rows.length > 0;
  }

  /**
   * The principal of a token. Queried each time, so that a revoked token is rejected at once. The query is the same for known and
   * unknown tokens.
   */
  async principalOf(secret: string): Promise<Principal | null> {
    if (!isTokenText(secret)) return null;
    const digest = digestOf(secret);
    const [row] = await this.#sql<{ id: number; name: string; scope: Scope; digest: Uint8Array; stale: boolean }[]>`
      SELECT id, name, scope, digest, coalesce(last_used_at < now() - interval '1 minute', true) AS stale
      FROM access.token
      WHERE digest = ${digest} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`;
    if (!row || !sameDigest(row.digest, digest)) return null;
    if (row.stale) await this.#sql`UPDATE access.token SET last_used_at = now() WHERE id = ${row.id}`;
    return { kind: "token", id: row.id, name: row.name, scope: row.scope };
  }
}

interface TokenRow {
  id: number;
  name: string;
  scope: Scope;
  hint: string;
  created_by: string;
  created_at: Date | string;
  expires_at: Date | string | null;
  last_used_at: Date | string | null;
  revoked_at: Date | string | null;
  revoked_by: string | null;
}

function tokenOf(row: TokenRow): Token {
  const at = (value: Date | string | null) => value === null ? null : new Date(value).toISOString();
  return {
    id: row.id,
    name: row.name,
    scope: row.scope,
    hint: row.hint,
    createdBy: row.created_by,
    createdAt: at(row.created_at)!,
    expiresAt: at(row.expires_at),
    lastUsedAt: at(row.last_used_at),
    revokedAt: at(row.revoked_at),
    revokedBy: row.revoked_by,
  };
}

/** Class and number of the advisory lock under which forms are claimed. */
const formLock = [7272, 0] as const;

/** The audit log has the keys of forms; the lock orders two requests with the same one. @throws {RepeatedFormError} */
async function claimForm(tx: Sql, formKey: string): Promise<void> {
  await tx`SELECT pg_advisory_xact_lock(${formLock[0]}, ${formLock[1]})`;
  const [earlier] = await tx<{ name: string }[]>`
    SELECT detail ->> 'name' AS name FROM access.audit_event
    WHERE action = 'token.create' AND detail ->> 'formKey' = ${formKey} LIMIT 1`;
  if (earlier) throw new RepeatedFormError(earlier.name);
}
