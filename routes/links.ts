/** The header of a page that another one follows, for the document of the API. */
export const nextPage = { Link: 'The next page, as `rel="next"`; absent on the last' };

/**
 * The value of a `Link` header that points to the next page (RFC 8288): the same address with other parameters.
 */
export function linkToNext(url: string, changes: Readonly<Record<string, string>>): string {
  const { pathname, searchParams } = new URL(url);
  for (const [name, value] of Object.entries(changes)) searchParams.set(name, value);
  return `<${pathname}?${searchParams}>; rel="next"`;
}
