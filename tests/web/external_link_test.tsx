import assert from "node:assert/strict";
import { ExternalLink } from "../../web/components/external_link.tsx";

const written = (href: string) => String(<ExternalLink href={href}>{"<b>text</b>"}</ExternalLink>);

Deno.test("ExternalLink links only by http and https, without a referrer", () => {
  for (const href of ["https://wire.example/a", "http://wire.example/a?b=c"]) {
    assert.match(written(href), /^<a [^>]*href="https?:[^"]+"/);
    assert.match(written(href), /rel="noopener noreferrer nofollow"/);
  }
  for (
    const href of [
      "javascript:alert(1)",
      " javascript:alert(1)",
      "JAVASCRIPT:alert(1)",
      "data:text/html,x",
      "//evil",
      "nothing",
      "",
    ]
  ) {
    assert.doesNotMatch(written(href), /href/, href);
    assert.match(written(href), /&lt;b&gt;text/);
  }
});
