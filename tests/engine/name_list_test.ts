import assert from "node:assert/strict";
import fc from "fast-check";
import { namesText, parseNames } from "../../engine/mod.ts";

Deno.test("parseNames() reads names between commas, and in quotes one that has a comma or a quote", () => {
  assert.deepEqual(parseNames("A, BRK.B ,-INF"), ["A", "BRK.B", "-INF"]);
  assert.deepEqual(parseNames('"A,B"'), ["A,B"]);
  assert.deepEqual(parseNames('C , "A,B" ,D'), ["C", "A,B", "D"]);
  assert.deepEqual(parseNames('"say ""A"", B",C'), ['say "A", B', "C"]);
  assert.deepEqual(parseNames('"""QT"""'), ['"QT"']);
  assert.deepEqual(parseNames(""), [""]);
  assert.deepEqual(parseNames("A,,B,"), ["A", "", "B", ""]);
});

Deno.test("parseNames() leaves alone every symbol without a comma, quotes around it included", () => {
  for (const name of ['"QT"', "O'N", "AT&T", "Q?A#1", "=1+1", "..", "%41", '"', 'A"', "A B", "Ｘ", "BRK\\B"]) {
    assert.deepEqual(parseNames(name), [name]);
    assert.deepEqual(parseNames(`X,${name},Y`), ["X", name, "Y"]);
  }
});

Deno.test("namesText() is the inverse of parseNames(), for any names", () => {
  const name = fc.string({ unit: fc.constantFrom("A", "b", ",", '"', " ", "-", "é", "'") })
    .map((text) => text.trim()).filter((text) => text !== "");
  fc.assert(fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), (names) => {
    assert.deepEqual(parseNames(namesText(names)), names);
  }));
});
