import type { Scope } from "../../access/mod.ts";

/** Scope of a path, for the listed methods; without a list for all methods. */
interface Rule {
  path: RegExp;
  methods?: readonly string[];
  /** `null` if no credentials are needed. */
  needs: Scope | null;
}

/**
 * The scope of each request, in one place; the first matching rule applies. Unlisted routes need `read` for reads and `operate`
 * for changes, so that a forgotten route is not open.
 */
const rules: readonly Rule[] = [
  // Liveness, sign-in, and routes that reveal no data.
  { path: /^\/(?:healthz|readyz|sign-in|openapi\.json|docs|favicon\.ico)$/, needs: null },
  { path: /^\/(?:auth|static)\//, needs: null },
  // Tokens and the audit log.
  { path: /^\/v1\/(?:tokens|audit-events)(?:\/|$)/, needs: "admin" },
  { path: /^\/settings\/(?:tokens|audit-events)(?:[./]|$)/, needs: "admin" },
  // Sessions of the principal; the routes require `admin` for those of others.
  { path: /^\/v1\/sessions(?:\/|$)/, needs: "read" },
  { path: /^\/settings\/sessions(?:\/|$)/, needs: "read" },
  // Routes that compute from the request body and change nothing.
  { path: /^\/(?:ml|trading|api\/ml)\//, methods: ["POST"], needs: "read" },
];

const reading = new Set(["GET", "HEAD", "OPTIONS"]);

/** Scope of a request; `null` if none is needed. */
export function scopeNeeded(method: string, path: string): Scope | null {
  const rule = rules.find((one) => one.path.test(path) && (one.methods?.includes(method) ?? true));
  if (rule) return rule.needs;
  return reading.has(method) ? "read" : "operate";
}

/** Whether a request makes a change, which is audited. Sign-ins write their own events. */
export function changes(method: string, path: string): boolean {
  return !reading.has(method) && !/^\/(?:ml|trading|api\/ml|auth)\//.test(path);
}
