import assert from "node:assert/strict";
import fc from "fast-check";
import { returnAddress, returnPath, withParameter } from "../../access/return_path.ts";

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

const page = "http://localhost:3000";
const other = "https://pairs.example.com";

Deno.test("returnAddress() takes paths of this site, and addresses of the allowed origins as browsers write them", () => {
  for (
    const [text, origin, path] of [
      ["/pairs?accepted=true", null, "/pairs?accepted=true"],
      [page, page, "/"],
      [`${page}/login`, page, "/login"],
      [`${page}/login?next=%2Fpair&token=old#top`, page, "/login?next=%2Fpair&token=old#top"],
      [`${other}/`, other, "/"],
      [`${page}?x=1`, page, "/?x=1"],
    ] as const
  ) {
    assert.deepEqual(returnAddress(text, [page, other]), { origin, path }, text);
  }
  assert.equal(returnAddress(`${page}/login`, []), null);
});

Deno.test("returnAddress() takes nothing that leads elsewhere", () => {
  for (const text of elsewhere) assert.equal(returnAddress(text, [page, other])?.origin ?? null, null, text);
  for (
    const text of [
      "http://localhost:30000/login",
      "http://localhost:3001/login",
      "https://localhost:3000/login",
      "http://localhost/login",
      "http://localhost:3000@evil.example/login",
      "http://localhost:3000.evil.example/login",
      "http://evil.example\\@localhost:3000/login",
      "http://user@localhost:3000/login",
      "HTTP://LOCALHOST:3000/login",
      "http:/localhost:3000/login",
      "http:localhost:3000/login",
      "http://localhost:3000\\login",
      "http://localhost:3000/lo gin",
      "http://localhost:3000/\nlogin",
      " http://localhost:3000/login",
      "https://pairs.example.com:443/login",
      `${page}/${"a".repeat(2_000)}`,
    ]
  ) {
    assert.equal(returnAddress(text, [page, other]), null, text);
  }
});

Deno.test("withParameter() stays on its origin whatever the path is, and sets the parameter once", () => {
  fc.assert(
    fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
      const address = returnAddress(`${page}${path || "/"}?${query}`, [page]);
      if (address === null) return;
      const to = new URL(withParameter({ origin: page, path: address.path }, "code", "a b&c"));
      assert.equal(to.origin, page);
      assert.deepEqual(to.searchParams.getAll("code"), ["a b&c"]);
    }),
  );
  assert.equal(
    withParameter({ origin: page, path: "//evil.example/x" }, "code", "1"),
    `${page}//evil.example/x?code=1`,
  );
  assert.equal(
    withParameter({ origin: page, path: "/login?code=0&x=1#top" }, "code", "1"),
    `${page}/login?code=1&x=1#top`,
  );
});
