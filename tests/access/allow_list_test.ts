import assert from "node:assert/strict";
import { parseAllowList } from "../../access/allow_list.ts";

Deno.test("parseAllowList() gives an address its own scope before that of its domain, in any case", () => {
  const { scopeOf } = parseAllowList("Ann@Example.com=admin, @example.com=read,@other.org");
  assert.equal(scopeOf("ANN@example.COM"), "admin");
  assert.equal(scopeOf("bob@example.com"), "read");
  assert.equal(scopeOf("eve@other.org"), "operate");
});

Deno.test("parseAllowList() has no domains below, around or beside the one that is named", () => {
  const { scopeOf } = parseAllowList("@example.com");
  for (
    const email of [
      "a@sub.example.com",
      "a@notexample.com",
      "a@example.com.evil.org",
      "a@example.co",
      "example.com",
      "@",
    ]
  ) {
    assert.equal(scopeOf(email), null, email);
  }
  assert.equal(scopeOf("evil@elsewhere.org@example.com"), "operate", "the last part is what the provider verified");
});

Deno.test("parseAllowList() takes a domain only where its owner has given the address out", () => {
  const { scopeOf } = parseAllowList("ann@example.com,@example.com=read");
  assert.equal(scopeOf("bob@example.com", "example.com"), "read");
  assert.equal(scopeOf("bob@example.com", null), null);
  assert.equal(scopeOf("bob@example.com", "other.org"), null);
  assert.equal(scopeOf("ann@example.com", null), "operate", "named by the address");
});

Deno.test("parseAllowList() refuses malformed lists", () => {
  for (
    const text of [
      "",
      " , ",
      "ann",
      "@",
      "ann@",
      "a@b@c",
      "ann@example.com=owner",
      "ann@example.com=read=admin",
      "@a.org,@A.org",
      "ann @example.com",
    ]
  ) {
    assert.throws(() => parseAllowList(text), RangeError, text);
  }
});

Deno.test("parseAllowList() returns the single domain of all entries", () => {
  assert.equal(parseAllowList("@example.com=read").onlyDomain, "example.com");
  assert.equal(parseAllowList("@example.com,ann@other.org").onlyDomain, null);
  assert.equal(parseAllowList("ann@other.org").onlyDomain, null);
});
