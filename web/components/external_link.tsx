import type { Child } from "hono/jsx";

/**
 * A link away from the service, for an address that somebody else wrote: only http and https are linked, the other side is told
 * nothing and vouched for by nobody. Anything else is shown as the text alone.
 */
export function ExternalLink({ href, children }: { href: string; children: Child }) {
  const protocol = URL.parse(href)?.protocol;
  if (protocol !== "https:" && protocol !== "http:") return <>{children}</>;
  return <a href={href} rel="noopener noreferrer nofollow" target="_blank">{children}</a>;
}
