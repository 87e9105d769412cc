import { z } from "zod";
import type { Database, Sql } from "../resources/database/mod.ts";
import { type Actor, recordAction } from "./audit.ts";
import type { AllowList } from "./allow_list.ts";
import type { Principal, Scope } from "./principal.ts";
import { digestOf, randomSecret, sameDigest } from "./secret.ts";
import type { PageVisitor } from "./sign_ins.ts";
import { isPageTokenText, newPageTokenText } from "./token_text.ts";
import type { Credentials } from "./tokens.ts";

/** A session of a browser, or of a page of another origin. */
export const Session = z.strictObject({
  id: z.int(),
  name: z.string().describe("Address of the person, or name of the token"),
  /** Kind of sign-in: by an identity provider, or by a token. */
  by: z.enum(["person", "token"]),
  origin: z.string().nullable().describe("Of the page that sends it as a token; null for a browser"),
  userAgent: z.string().nullable(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type Session = z.infer<typeof Session>;

/** Client of a new session, and actor. */
export interface SessionContext {
  userAgent: string | null;
  by: Actor;
}

/** Holder of a new session. */
export type SessionHolder = { personId: number } | { tokenId: number };

export interface SessionsOptions {
  database: Pick<Database, "sql">;
  /** Checked on each use: a removed person loses access. */
  allowList: AllowList | null;
}

/** The session does not exist or has ended. */
export class UnknownSessionError extends Error {
  override readonly name = "UnknownSessionError";

  constructor(readonly id: number) {
    super(`There is no open session ${id}.`);
  }
}

/** Duration of a session of another origin's page, as in the original's backend. */
const PAGE_MINUTES = 24 * 60;
/** A session without a request for this long ends: a working day. */
const IDLE_MINUTES = 8 * 60;
/** A session ends after this long, regardless of use: a week. */
export const SESSION_MINUTES = 7 * 24 * 60;

/**
 * Sessions of browsers, with an opaque random secret in a cookie, and of pages of other origins, which send the secret as a
 * token. Secrets are stored as digests. Times are the database's, so that all processes agree.
 */
export class Sessions implements Credentials {
  readonly #sql: Sql;
  readonly #allowList: AllowList | null;

  constructor({ database, allowList }: SessionsOptions) {
    this.#sql = database.sql;
    this.#allowList = allowList;
  }

  /** Starts a session. Its secret is always new; one sent by the browser is not reused. */
  async begin(holder: SessionHolder, context: SessionContext): Promise<string> {
    const secret = randomSecret();
    await this.#begin(holder, { ...context, secret, minutes: SESSION_MINUTES, origin: null });
    return secret;
  }

  /**
   * Starts a session of one day for a page of another origin. The page sends the secret as a token and its scripts can read it,
   * so the session is read-only.
   */
  async beginForPage(
    { personId, origin }: PageVisitor,
    context: SessionContext,
  ): Promise<{ secret: string; expiresAt: string }> {
    const secret = newPageTokenText();
    const expiresAt = await this.#begin({ personId }, { ...context, secret, minutes: PAGE_MINUTES, origin });
    return { secret, expiresAt };
  }

  async #begin(
    holder: SessionHolder,
    { secret, minutes, origin, userAgent, by }: SessionContext & {
      secret: string;
      minutes: number;
      origin: string | null;
    },
  ): Promise<string> {
    const personId = "personId" in holder ? holder.personId : null;
    const tokenId = "tokenId" in holder ? holder.tokenId : null;
    return await this.#sql.begin(async (tx) => {
      const [row] = await tx<{ id: number; expires_at: Date | string }[]>`
        INSERT INTO access.session (digest, person_id, token_id, origin, user_agent, expires_at)
        VALUES (${digestOf(secret)}, ${personId}, ${tokenId}, ${origin}, ${userAgent?.slice(0, 300) ?? null},
          now() + ${minutes} * interval '1 minute')
        RETURNING id, expires_at`;
      const begun = { action: "session.begin", target: `session ${row!.id}` };
      await recordAction(tx, by, origin === null ? begun : { ...begun, detail: { origin } }, "done");
      // Ended sessions are deleted; audit events still record them.
      await tx`DELETE FROM access.session WHERE expires_at < now() - interval '30 days'`;
      return at(row!.expires_at);
    });
  }

  /**
   * The principal of a session's secret. A person has the scope of the current allow-list; a session by token has the token's
   * scope, while the token is valid.
   */
  async principalOf(secret: string): Promise<Principal | null> {
    return /^[\w-]{43}$/.test(secret) ? await this.#principalOf(secret) : null;
  }

  /**
   * The principal of the token sent by a page of another origin. It is read-only, even if the allow-list gives the person a
   * higher scope.
   */
  async principalOfPage(secret: string): Promise<Principal | null> {
    return isPageTokenText(secret) ? await this.#principalOf(secret) : null;
  }

  async #principalOf(secret: string): Promise<Principal | null> {
    const digest = digestOf(secret);
    const row = await this.#one(this.#sql`session.digest = ${digest}`);
    if (!row || !sameDigest(row.digest, digest)) return null;
    const scope = this.#scopeOf(row);
    if (scope === null) return null;
    if (row.stale) await this.#sql`UPDATE access.session SET last_used_at = now() WHERE id = ${row.id}`;
    return { kind: "session", id: row.id, name: row.email ?? row.token_name!, scope };
  }

  /** Whether a session is still valid, for work started in it. Does not count as a use: background work does not extend a session. */
  async holds(id: number): Promise<boolean> {
    const row = await this.#one(this.#sql`session.id = ${id}`);
    return row !== undefined && this.#scopeOf(row) !== null;
  }

  /** The session selected by `which`, if it is valid. */
  async #one(which: ReturnType<Sql>): Promise<UsedRow | undefined> {
    const [row] = await this.#sql<UsedRow[]>`
      SELECT session.id, session.digest, session.origin, person.email, token.name AS token_name, token.scope,
        session.last_used_at < now() - interval '1 minute' AS stale
      FROM access.session AS session
      LEFT JOIN access.person AS person ON person.id = session.person_id
      LEFT JOIN access.token AS token ON token.id = session.token_id
      WHERE ${which} AND ${this.#holds()}`;
    return row;
  }

  /** The scope by the current list or of the token; `null` for a person removed from the list. */
  #scopeOf({ email, scope, origin }: SessionRow): Scope | null {
    const whole = email === null ? scope : this.#allowList?.scopeOf(email) ?? null;
    return whole !== null && origin !== null ? "read" : whole;
  }

  /** Valid sessions, all or those of one name, most recently used first. */
  async list({ name }: { name?: string } = {}): Promise<Session[]> {
    const rows = await this.#sql<ListedRow[]>`
      SELECT session.id, session.origin, person.email, token.name AS token_name, session.user_agent, session.created_at,
        session.last_used_at, session.expires_at
      FROM access.session AS session
      LEFT JOIN access.person AS person ON person.id = session.person_id
      LEFT JOIN access.token AS token ON token.id = session.token_id
      WHERE ${this.#holds()} AND (${name ?? null}::text IS NULL OR coalesce(person.email, token.name) = ${name ?? null})
      ORDER BY session.last_used_at DESC, session.id DESC LIMIT 1000`;
    return rows.map((row) => ({
      id: row.id,
      name: row.email ?? row.token_name!,
      by: row.email === null ? "token" : "person",
      origin: row.origin,
      userAgent: row.user_agent,
      createdAt: at(row.created_at),
      lastUsedAt: at(row.last_used_at),
      expiresAt: at(row.expires_at),
    }));
  }

  /** Ends a session, optionally only one of a given name. @throws {UnknownSessionError} */
  async end(id: number, { by, name }: { by: Actor; name?: string }): Promise<void> {
    await this.#sql.begin(async (tx) => {
      const rows = await tx`
        UPDATE access.session AS session SET ended_at = now()
        WHERE id = ${id} AND ended_at IS NULL AND (${name ?? null}::text IS NULL OR ${name ?? null} = coalesce(
          (SELECT email FROM access.person WHERE id = session.person_id),
          (SELECT name FROM access.token WHERE id = session.token_id)))
        RETURNING id`;
      if (rows.length === 0) throw new UnknownSessionError(id);
      await recordAction(tx, by, { action: "session.end", target: `session ${id}` }, "done");
    });
  }

  /** Condition on `session` and `token`, joined under these names. */
  #holds() {
    return this.#sql`session.ended_at IS NULL AND session.expires_at > now()
      AND session.last_used_at > now() - ${IDLE_MINUTES} * interval '1 minute'
      AND (session.token_id IS NULL OR (token.revoked_at IS NULL AND (token.expires_at IS NULL OR token.expires_at > now())))`;
  }
}

function at(value: Date | string): string {
  return new Date(value).toISOString();
}

interface SessionRow {
  id: number;
  origin: string | null;
  email: string | null;
  token_name: string | null;
  scope: Scope | null;
}

interface UsedRow extends SessionRow {
  digest: Uint8Array;
  stale: boolean;
}

interface ListedRow extends Omit<SessionRow, "scope"> {
  user_agent: string | null;
  created_at: Date | string;
  last_used_at: Date | string;
  expires_at: Date | string;
}
