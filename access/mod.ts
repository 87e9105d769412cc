/** Access control: tokens, sessions, scopes and the audit log. Imports no asset and no route. @module */
import type { Database } from "../resources/database/mod.ts";
import type { AllowList } from "./allow_list.ts";
import { AuditLog } from "./audit.ts";
import type { Principal } from "./principal.ts";
import { randomSecret } from "./secret.ts";
import { type SessionLimits, Sessions } from "./sessions.ts";
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
  sessionLimits?: Partial<SessionLimits>;
}

export function openAccess({ database, required, allowList = null, sessionLimits }: AccessOptions): Access {
  const tokens = new Tokens(database);
  const sessions = new Sessions({ database, allowList, ...sessionLimits });
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

export { ALLOW_LIST_FORMS, type AllowList, parseAllowList } from "./allow_list.ts";
export { type Actor, type AuditedAction, AuditEvent, AuditLog, type AuditQuery, commandLine } from "./audit.ts";
export { may, Principal, type PrincipalVariables, type Scope, scopes, scopeWords } from "./principal.ts";
export { type ReturnAddress, returnAddress, returnPath, withParameter } from "./return_path.ts";
export { digestOf, randomSecret, sameDigest } from "./secret.ts";
export { Session, type SessionContext, type SessionLimits, Sessions, UnknownSessionError } from "./sessions.ts";
export { type PageVisitor, type PendingSignIn, type ProvenPerson, SignIns } from "./sign_ins.ts";
export {
  type Credentials,
  expiryDays,
  NewToken,
  RepeatedFormError,
  Token,
  Tokens,
  UnknownTokenError,
} from "./tokens.ts";
