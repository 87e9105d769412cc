import assert from "node:assert/strict";
import fc from "fast-check";
import { returnPath } from "../../access/return_path.ts";

Deno.test("returnPath() takes paths of this site with their query", () => {
  for (const path of ["/", "/pairs", "/pairs?accepted=true&sort=-half_life", "/pairs/A%26B/C", "/tickers/BRK.B"]) {
    assert.equal(returnPath(path), path);
  }
});

/** Ways in which others have been led elsewhere. */
const elsewhere: readonly string[] = [
  "https://evil.example",
  "//evil.example",
  "///evil.example",
  "////evil.example/%2f..",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/%09/evil.example\t",
  "\u0000/pairs",
  "/./\\evil.example",
  "/.//evil.example",
  "/..//evil.example",
  "/a/..//evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "http:evil.example",
  "/pairs evil",
  "/\u00a0/evil.example",
  "/\u2028/evil.example".replace("\u2028", "\u000b"),
  "",
  "pairs",
  "?x",
  "#x",
  "@evil.example",
  ".evil.example",
  `/${"a".repeat(3_000)}`,
  "/auth/sign-out",
  "/sign-in",
];

Deno.test("returnPath() leads nowhere else", () => {
  for (const text of elsewhere) {
    const path = returnPath(text);
    // What is taken all the same must stay here for every way to read it.
    if (path !== null) assert.equal(new URL(path, "https://here.example").host, "here.example", JSON.stringify(text));
    if (path !== null) assert.match(path, /^\/(?![/\\])/, JSON.stringify(text));
  }
  for (const text of elsewhere.slice(0, 9)) if (!text.includes("%09")) assert.equal(returnPath(text), null, text);
});

Deno.test("returnPath() stays here whatever it is given", () => {
  const letters = fc.constantFrom("/", "\\", ".", "%", "2", "f", ":", "@", "?", "#", "a", "\t", " ", "e");
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 20 }), (tail) => {
      const path = returnPath(`/${tail}`);
      if (path === null) return;
      assert.equal(new URL(path, "https://here.example").host, "here.example");
      assert.match(path, /^\/(?![/\\])/);
    }),
    { numRuns: 2_000 },
  );
});
