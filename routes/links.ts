import type { Context } from "hono";

/** The header of a page that has a next one, for the OpenAPI document. */
export const nextPage = { Link: 'The next page, as `rel="next"`; absent on the last' };

/**
 * The value of a `Link` header that points to the next page (RFC 8288): the same address with other parameters.
 */
export function linkToNext(url: string, changes: Readonly<Record<string, string>>): string {
  const { pathname, searchParams } = new URL(url);
  for (const [name, value] of Object.entries(changes)) searchParams.set(name, value);
  return `<${pathname}?${searchParams}>; rel="next"`;
}

/** The first `limit` items of a list, newest first; if there are more, the `Link` header points to those after the last one. */
export function pageOf<T extends { id: number }>(c: Context, found: readonly T[], limit: number): T[] {
  const page = found.slice(0, limit);
  if (found.length > limit) c.header("Link", linkToNext(c.req.url, { before: `${page.at(-1)!.id}` }));
  return page;
}
