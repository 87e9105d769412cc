import { z } from "zod";

/** Scopes of access; each includes those before it. */
export const scopes = ["read", "operate", "admin"] as const;
export const Scope = z.enum(scopes).describe(
  "read reads everything except access settings; operate also materializes, backfills, cancels and pauses; admin also grants and revokes access",
);
export type Scope = z.infer<typeof Scope>;

/** On whose behalf a request is made. */
export const Principal = z.strictObject({
  /**
   * `anybody` where the service is open, `token` for a program, `session` for a signed-in person, `owner` for the command line with access
   * to the data folder.
   */
  kind: z.enum(["anybody", "token", "session", "owner"]),
  /** Of the token or session. */
  id: z.int().nullable(),
  /** How logs and audit events call it: the name of a token, the address of a person. Never a secret. */
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
