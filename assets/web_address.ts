/**
 * Whether the text is the address of a web page. Addresses from sources are shown as links, so executable ones, such as
 * `javascript:`, are rejected.
 */
export function isWebAddress(text: string): boolean {
  return ["http:", "https:"].includes(URL.parse(text)?.protocol ?? "");
}
