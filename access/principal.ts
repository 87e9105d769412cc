import { z } from "zod";

/** Scopes of access; each includes those before it. */
export const scopes = ["read", "operate", "admin"] as const;
/** What a scope allows, in words. */
export const scopeWords: Readonly<Record<Scope, string>> = {
  read: "read",
  operate: "read and operate",
  admin: "read, operate, and grant and revoke access",
};
export const Scope = z.enum(scopes).describe(
  "read reads everything except access settings; operate also materializes, backfills, cancels and pauses; admin also grants and revokes access",
);
export type Scope = z.infer<typeof Scope>;

/** The actor of a request. */
export const Principal = z.strictObject({
  /**
   * `anybody` without authentication, `token` for a program, `session` for a signed-in person, `owner` for the command line with
   * access to the data folder.
   */
  kind: z.enum(["anybody", "token", "session", "owner"]),
  /** Id of the token or session. */
  id: z.int().nullable(),
  /** Name in logs and audit events: that of a token, or the address of a person. Never a secret. */
  name: z.string(),
  scope: Scope,
});
export type Principal = z.infer<typeof Principal>;

/** Variable of a request's context that holds its principal. */
export interface PrincipalVariables {
  principal: Principal;
}

/** Whether `principal` may do what `scope` allows. */
export function may(principal: Principal, scope: Scope): boolean {
  return scopes.indexOf(principal.scope) >= scopes.indexOf(scope);
}
