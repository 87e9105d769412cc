/**
 * Where to go after signing in: a path of this site with its query, or `null` for whatever leads elsewhere or is not clear.
 *
 * Browsers read `//host`, `/\host` and paths with control characters in them as other sites, so that these are refused before anybody
 * parses them.
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
