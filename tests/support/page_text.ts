/** A page as a person reads it: tags and data dropped, white space as one blank. */
export function textOfPage(html: string): string {
  return html.replaceAll(/<(script|noscript)[^>]*>.*?<\/\1>/gs, " ").replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ").trim();
}
