/**
 * Whether the text is the address of a page. Addresses of a source are shown as links: what a browser would run, such as
 * `javascript:`, is none.
 */
export function isWebAddress(text: string): boolean {
  return ["http:", "https:"].includes(URL.parse(text)?.protocol ?? "");
}
