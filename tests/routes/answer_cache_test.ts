import assert from "node:assert/strict";
import { AnswerCache, etagOf, isKnown } from "../../routes/answer_cache.ts";

const answer = (bytes: number) => ({ body: new Uint8Array(bytes), headers: {} });

Deno.test("AnswerCache evicts the least recently used entries, and stays within its limit", () => {
  const cache = new AnswerCache(16_000);
  for (const name of ["a", "b", "c"]) cache.keep(name, answer(1_400));
  assert.ok(cache.get("a"));
  for (let i = 0; i < 6; i++) cache.keep(`d${i}`, answer(1_400));
  // Nine of some 1,900 bytes do not fit; a was used after b.
  assert.equal(cache.get("b"), undefined);
  assert.ok(cache.get("a"));
  let kept = 0;
  for (let i = 0; i < 500; i++) cache.keep(`e${i}`, answer(1_000));
  for (let i = 0; i < 500; i++) if (cache.get(`e${i}`)) kept += 1_000;
  assert.ok(kept > 8_000 && kept <= 16_000, `${kept}`);
});

Deno.test("AnswerCache keeps no entry larger than an eighth, and counts a repeated entry once", () => {
  const cache = new AnswerCache(16_000);
  cache.keep("large", answer(2_000));
  assert.equal(cache.get("large"), undefined);
  for (let i = 0; i < 100; i++) cache.keep("same", answer(1_400));
  cache.keep("other", answer(1_400));
  assert.ok(cache.get("same"));
  assert.ok(cache.get("other"));
});

Deno.test("etagOf() distinguishes parts however they are cut", () => {
  const tags = [etagOf("a", "b"), etagOf("ab"), etagOf("a", "b", ""), etagOf("a", 1), etagOf("a", "1")];
  assert.equal(new Set(tags).size, tags.length);
  assert.equal(etagOf("a", 1), etagOf("a", 1));
  assert.match(etagOf("a"), /^"[\w-]{22}"$/);
});

Deno.test("isKnown() finds a tag among others, weak ones and *", () => {
  const cases: [string | undefined, boolean][] = [
    [undefined, false],
    ["", false],
    ['"x"', true],
    ['W/"x"', true],
    ['"a", "x"', true],
    ["*", true],
    ['"xy"', false],
    ["x", false],
  ];
  for (const [header, known] of cases) assert.equal(isKnown('"x"', header), known, header);
});

Deno.test("AnswerCache.of() makes an answer once for all who ask meanwhile, and again where it failed", async () => {
  const cache = new AnswerCache(16_000);
  let made = 0;
  const make = () => Promise.resolve().then(() => (made++, answer(10)));
  await Promise.all(Array.from({ length: 5 }, () => cache.of("a", make)));
  await cache.of("a", make);
  assert.equal(made, 1);
  const fail = () => Promise.reject(new Error("It failed."));
  const failed = await Promise.allSettled([cache.of("b", fail), cache.of("b", fail)]);
  assert.deepEqual(failed.map(({ status }) => status), ["rejected", "rejected"]);
  await cache.of("b", make);
  assert.equal(made, 2);
});
