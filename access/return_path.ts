/**
 * Where to go after signing in: a path of this site with its query, or `null` for anything that leads elsewhere or is not clear.
 *
 * Browsers read `//host`, `/\host` and paths with control characters in them as other sites, so these are refused before parsing.
 */
export function returnPath(text: string): string | null {
  if (text.length > 2_000 || !/^\/(?![/\\])[^\\\p{Cc}\p{Zs}]*$/u.test(text)) return null;
  const here = "http://here.invalid";
  const url = URL.parse(text, here);
  if (url === null || url.origin !== here) return null;
  const path = url.pathname + url.search;
  // "/.//host" becomes "//host" once the dots are gone.
  return path.startsWith("//") || path.startsWith("/auth/") || path === "/sign-in" ? null : path;
}

/** Where to go after signing in. */
export interface ReturnAddress {
  /** Of another site; `null` is this one. */
  origin: string | null;
  /** With its query. */
  path: string;
}

/**
 * Where to go after signing in: a path of this site, or an address of an allowed origin, which must be written as browsers write it.
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

/** An address with one parameter set, replacing an earlier value. Joined as text: of `//host` a parser makes another site. */
export function withParameter({ origin, path }: { origin: string; path: string }, name: string, value: string): string {
  const url = new URL(`${origin}${path}`);
  url.searchParams.set(name, value);
  return url.href;
}
