/**
 * The value of a `Link` header that points to the next page (RFC 8288): the same address with other parameters.
 */
export function linkToNext(url: string, changes: Readonly<Record<string, string>>): string {
  const { pathname, searchParams } = new URL(url);
  for (const [name, value] of Object.entries(changes)) searchParams.set(name, value);
  return `<${pathname}?${searchParams}>; rel="next"`;
}
