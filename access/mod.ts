/** Access control: tokens, sessions, scopes and the audit log. Imports no asset and no route. @module */
import type { Database } from "../resources/database/mod.ts";
import type { AllowList } from "./allow_list.ts";
import { AuditLog } from "./audit.ts";
import type { Principal } from "./principal.ts";
import { randomSecret } from "./secret.ts";
import { Sessions } from "./sessions.ts";
import { SignIns } from "./sign_ins.ts";
import { Tokens } from "./tokens.ts";

/** Access control of a process. */
export interface Access {
  /** Whether requests need credentials; otherwise every client is `anybody`, with all scopes. */
  required: boolean;
  tokens: Tokens;
  sessions: Sessions;
  signIns: SignIns;
  audit: AuditLog;
  /** Whether the credentials are still valid: for long-lived responses. */
  holds(principal: Principal): Promise<boolean>;
  /** Secret in the data folder with which the command line authenticates to this process. Never log it. */
  ownerSecret: string;
}

export interface AccessOptions {
  database: Pick<Database, "sql">;
  required: boolean;
  allowList?: AllowList | null;
}

export function openAccess({ database, required, allowList = null }: AccessOptions): Access {
  const tokens = new Tokens(database);
  const sessions = new Sessions({ database, allowList });
  return {
    required,
    tokens,
    sessions,
    async holds({ kind, id }) {
      if (id === null) return true;
      return await (kind === "token" ? tokens : sessions).holds(id);
    },
    signIns: new SignIns(database),
    audit: new AuditLog(database),
    ownerSecret: randomSecret(),
  };
}

export { parseAllowList } from "./allow_list.ts";
export { type Actor, AuditEvent, AuditLog, commandLine } from "./audit.ts";
export { may, Principal, type Scope, scopes, scopeWords } from "./principal.ts";
export { type ReturnAddress, returnAddress, returnPath, withParameter } from "./return_path.ts";
export { digestOf, sameDigest } from "./secret.ts";
export { Session, SESSION_MINUTES, UnknownSessionError } from "./sessions.ts";
export { expiryDays, NewToken, RepeatedFormError, Token, Tokens, UnknownTokenError } from "./tokens.ts";
