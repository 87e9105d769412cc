import type { Database, Sql } from "../resources/database/mod.ts";
import type { ReturnAddress } from "./return_path.ts";
import { digestOf, randomSecret, sameDigest } from "./secret.ts";

/** A pending sign-in at the identity provider. */
export interface PendingSignIn {
  nonce: string;
  codeVerifier: string;
  /** Address to return to afterwards. */
  returnTo: ReturnAddress;
}

/** A person as identified by the provider. */
export interface ProvenPerson {
  issuer: string;
  /** Does not change when the address does. */
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

/** Lifetime of a code: the page exchanges it at once. */
const CODE_SECONDS = 60;
/** Maximum duration of a sign-in. */
const PENDING_MINUTES = 10;
/** Maximum number of pending sign-ins; the oldest are dropped, so that the table stays small. */
const MOST_PENDING = 10_000;

/** Sign-ins at the identity provider, each of which ends once and in the browser in which it began. */
export class SignIns {
  readonly #sql: Sql;

  constructor({ sql }: Pick<Database, "sql">) {
    this.#sql = sql;
  }

  /** Starts a sign-in. `state` goes to the provider and back; `browser` stays in a cookie of the browser. */
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

  /** Completes a sign-in. `null` if it is unknown, expired or used, or began in another browser. */
  async take(state: string, browser: string): Promise<PendingSignIn | null> {
    // The state is used up by this request, even from the wrong browser: it may have been stolen.
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

  /** Records a person's sign-in, with the current address. Resolves to the id of the person. */
  async welcome({ issuer, subject, email, name }: ProvenPerson): Promise<number> {
    const [row] = await this.#sql<{ id: number }[]>`
      INSERT INTO access.person (issuer, subject, email, name) VALUES (${issuer}, ${subject}, ${email}, ${name})
      ON CONFLICT (issuer, subject) DO UPDATE
        SET email = excluded.email, name = excluded.name, last_signed_in_at = now()
      RETURNING id`;
    return row!.id;
  }

  /** Creates a code that the page exchanges for a token: once, within a minute. */
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
   * Exchanges a code from a page of `origin`, or from a program if `origin` is `null`. `null` if the code is unknown, expired or
   * used, or belongs to another origin.
   */
  async takeCode(code: string, origin: string | null): Promise<PageVisitor & { email: string } | null> {
    // Used up by this request, even from the wrong page: it may have been stolen.
    const [row] = await this.#sql<{ person_id: number; email: string; origin: string; holds: boolean }[]>`
      DELETE FROM access.sign_in_code AS code USING access.person AS person
      WHERE code.digest = ${digestOf(code)} AND person.id = code.person_id
      RETURNING code.person_id, person.email, code.origin, code.expires_at > now() AS holds`;
    if (!row || !row.holds || (origin !== null && origin !== row.origin)) return null;
    return { personId: row.person_id, email: row.email, origin: row.origin };
  }
}
