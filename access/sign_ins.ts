import type { Database, Sql } from "../resources/database/mod.ts";
import type { ReturnAddress } from "./return_path.ts";
import { digestOf, randomSecret, sameDigest } from "./secret.ts";

/** A way to the identity provider that has begun. */
export interface PendingSignIn {
  nonce: string;
  codeVerifier: string;
  /** Where to go afterwards. */
  returnTo: ReturnAddress;
}

/** A person as the identity provider knows them. */
export interface ProvenPerson {
  issuer: string;
  /** Stays the same when the address changes. */
  subject: string;
  email: string;
  name: string | null;
}

/** A person signed in for a page of another origin. */
export interface PageVisitor {
  personId: number;
  /** Of the page. */
  origin: string;
}

/** How long a code is of use: the page that was gone to shows it at once. */
const CODE_SECONDS = 60;
/** How long the way may take. */
const PENDING_MINUTES = 10;
/** Ways that are open at once; the oldest give way, so that the table stays small. */
const MOST_PENDING = 10_000;

/** Ways to the identity provider and back, each of which ends once and in the browser in which it began. */
export class SignIns {
  readonly #sql: Sql;

  constructor({ sql }: Pick<Database, "sql">) {
    this.#sql = sql;
  }

  /** Begins one. `state` goes to the provider and comes back; `browser` stays in a cookie of the browser. */
  async begin(returnTo: ReturnAddress): Promise<PendingSignIn & { state: string; browser: string }> {
    const [state, browser, nonce, codeVerifier] = [randomSecret(), randomSecret(), randomSecret(), randomSecret()];
    await this.#sql.begin(async (tx) => {
      await tx`
        DELETE FROM access.sign_in WHERE expires_at < now() OR state_digest IN (
          SELECT state_digest FROM access.sign_in ORDER BY expires_at DESC OFFSET ${MOST_PENDING - 1})`;
      await tx`
        INSERT INTO access.sign_in (state_digest, browser_digest, nonce, code_verifier, return_path, return_origin, expires_at)
        VALUES (${digestOf(state)}, ${
        digestOf(browser)
      }, ${nonce}, ${codeVerifier}, ${returnTo.path}, ${returnTo.origin},
          now() + ${PENDING_MINUTES} * interval '1 minute')`;
    });
    return { state, browser, nonce, codeVerifier, returnTo };
  }

  /** Takes one that comes back. `null` where it never began, is too old, came back before, or began in another browser. */
  async take(state: string, browser: string): Promise<PendingSignIn | null> {
    // The state is used up by this request, also from the wrong browser: it may have been stolen.
    const [row] = await this.#sql<
      {
        browser_digest: Uint8Array;
        nonce: string;
        code_verifier: string;
        return_path: string;
        return_origin: string | null;
        holds: boolean;
      }[]
    >`
      DELETE FROM access.sign_in WHERE state_digest = ${digestOf(state)}
      RETURNING browser_digest, nonce, code_verifier, return_path, return_origin, expires_at > now() AS holds`;
    if (!row || !row.holds || !sameDigest(row.browser_digest, digestOf(browser))) return null;
    const returnTo = { origin: row.return_origin, path: row.return_path };
    return { nonce: row.nonce, codeVerifier: row.code_verifier, returnTo };
  }

  /** Records a person's visit, under their present address. Resolves to the id of the person. */
  async welcome({ issuer, subject, email, name }: ProvenPerson): Promise<number> {
    const [row] = await this.#sql<{ id: number }[]>`
      INSERT INTO access.person (issuer, subject, email, name) VALUES (${issuer}, ${subject}, ${email}, ${name})
      ON CONFLICT (issuer, subject) DO UPDATE
        SET email = excluded.email, name = excluded.name, last_signed_in_at = now()
      RETURNING id`;
    return row!.id;
  }

  /** Makes a code that the page exchanges for a token: once, within a minute. */
  async giveCode({ personId, origin }: PageVisitor): Promise<string> {
    const code = randomSecret();
    await this.#sql.begin(async (tx) => {
      await tx`DELETE FROM access.sign_in_code WHERE expires_at < now()`;
      await tx`
        INSERT INTO access.sign_in_code (digest, person_id, origin, expires_at)
        VALUES (${digestOf(code)}, ${personId}, ${origin}, now() + ${CODE_SECONDS} * interval '1 second')`;
    });
    return code;
  }

  /**
   * Takes a code that a page of `origin` shows, or a program where that is `null`. `null` where it was never given, is too old, was
   * shown before, or belongs to another page.
   */
  async takeCode(code: string, origin: string | null): Promise<PageVisitor & { email: string } | null> {
    // Used up by this request, also from the wrong page: it may have been stolen.
    const [row] = await this.#sql<{ person_id: number; email: string; origin: string; holds: boolean }[]>`
      DELETE FROM access.sign_in_code AS code USING access.person AS person
      WHERE code.digest = ${digestOf(code)} AND person.id = code.person_id
      RETURNING code.person_id, person.email, code.origin, code.expires_at > now() AS holds`;
    if (!row || !row.holds || (origin !== null && origin !== row.origin)) return null;
    return { personId: row.person_id, email: row.email, origin: row.origin };
  }
}
