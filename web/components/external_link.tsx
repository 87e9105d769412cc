import type { Child } from "hono/jsx";

/**
 * A link to an address from outside data: only http and https are linked, without a referrer and with `nofollow`. Anything else is
 * shown as its text alone.
 */
export function ExternalLink({ href, children }: { href: string; children: Child }) {
  const protocol = URL.parse(href)?.protocol;
  if (protocol !== "https:" && protocol !== "http:") return <>{children}</>;
  return <a href={href} rel="noopener noreferrer nofollow" target="_blank">{children}</a>;
}
