/**
 * Path to return to after the sign-in: a path of this site with its query, or `null` for anything that leads elsewhere or is
 * ambiguous.
 *
 * Browsers interpret `//host`, `/\host` and paths with control characters as other sites, so these are rejected before parsing.
 */
export function returnPath(text: string): string | null {
  if (text.length > 2_000 || !/^\/(?![/\\])[^\\\p{Cc}\p{Zs}]*$/u.test(text)) return null;
  const here = "http://here.invalid";
  const url = URL.parse(text, here);
  if (url === null || url.origin !== here) return null;
  const path = url.pathname + url.search;
  // "/.//host" becomes "//host" when dot segments are removed.
  return path.startsWith("//") || path.startsWith("/auth/") || path === "/sign-in" ? null : path;
}

/** Address to return to after the sign-in. */
export interface ReturnAddress {
  /** Origin of another site; `null` for this one. */
  origin: string | null;
  /** Path with query. */
  path: string;
}

/**
 * Address to return to after the sign-in: a path of this site, or an address of an allowed origin in the form that browsers send.
 * `null` for any other address.
 */
export function returnAddress(text: string, allowedOrigins: readonly string[]): ReturnAddress | null {
  const own = returnPath(text);
  if (own !== null) return { origin: null, path: own };
  if (text.length > 2_000 || !/^https?:\/\/[^\\\p{Cc}\p{Zs}]*$/u.test(text)) return null;
  const url = URL.parse(text);
  const origin = allowedOrigins.find((allowed) => allowed === url?.origin);
  if (!url || origin === undefined || !/^(?:$|[/?#])/.test(text.slice(origin.length)) || !text.startsWith(origin)) {
    return null;
  }
  return { origin, path: url.pathname + url.search + url.hash };
}

/** An address with one parameter set, replacing an earlier value. Joined as text, because a URL parser reads `//host` as another site. */
export function withParameter({ origin, path }: { origin: string; path: string }, name: string, value: string): string {
  const url = new URL(`${origin}${path}`);
  url.searchParams.set(name, value);
  return url.href;
}
