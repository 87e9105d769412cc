import { type Scope, scopes } from "./principal.ts";

/** The allow-list of sign-in: addresses and domains (`@…`), each with a scope. */
export interface AllowList {
  /**
   * The scope of a person with this address; `null` if sign-in is not allowed. An entry for a domain counts only if `domain`,
   * whose owner issued the address, is that domain; by default it is the address's own.
   */
  scopeOf(email: string, domain?: string | null): Scope | null;
  /** The only domain whose addresses may sign in; `null` if there are several, or entries for single addresses. */
  readonly onlyDomain: string | null;
}

/** The syntax of the list, for error messages. */
export const ALLOW_LIST_FORMS =
  "addresses and @domains separated by commas, each followed by =read, =operate or =admin (default operate): ann@example.com=admin,@example.org=read";

/**
 * Reads `ann@example.com=admin,@example.org`. The default scope is `operate`. An entry for an address takes precedence over its
 * domain; a domain does not include subdomains. Case is ignored.
 *
 * @throws {RangeError} If an entry is neither an address nor a domain, its scope is unknown, or it is repeated.
 */
export function parseAllowList(text: string): AllowList {
  const entries = new Map<string, Scope>();
  for (const entry of text.split(",").map((part) => part.trim()).filter((part) => part !== "")) {
    const [who = "", scope = "operate", ...more] = entry.split("=").map((part) => part.trim().toLowerCase());
    const isAddress = /^[^\s@=,]*@[^\s@=,]+\.[^\s@=,.]+$/.test(who) || /^[^\s@=,]+@localhost$/.test(who);
    if (!isAddress || more.length > 0 || !(scopes as readonly string[]).includes(scope)) {
      throw new RangeError(`"${entry}" is neither an address nor a domain with a scope.`);
    }
    if (entries.has(who)) throw new RangeError(`"${who}" is listed twice.`);
    entries.set(who, scope as Scope);
  }
  if (entries.size === 0) throw new RangeError("The list is empty.");
  return {
    scopeOf(email, domain) {
      const address = email.toLowerCase();
      const at = address.lastIndexOf("@");
      if (at < 1) return null;
      const own = address.slice(at + 1);
      const exact = entries.get(address);
      if (exact !== undefined) return exact;
      return domain === undefined || domain === own ? entries.get(`@${own}`) ?? null : null;
    },
    onlyDomain: entries.size === 1 ? /^@(.+)$/.exec([...entries.keys()][0]!)?.[1] ?? null : null,
  };
}
