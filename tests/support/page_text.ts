/** The visible text of a page: without tags and data, and with white space as one blank. */
export function textOfPage(html: string): string {
  return html.replaceAll(/<(script|noscript)[^>]*>.*?<\/\1>/gs, " ").replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ").trim();
}
