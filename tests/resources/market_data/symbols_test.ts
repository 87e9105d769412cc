import assert from "node:assert/strict";
import fc from "fast-check";
import { symbolOf } from "../../../resources/market_data/symbols.ts";

Deno.test("symbolOf() leaves alone whatever can be seen, case included", () => {
  const symbols = [
    "AAPL",
    "AMpB",
    "AMPB",
    "BRK.B",
    "A,B",
    "^GSPC",
    "=1+1",
    "A B",
    "ÅBC",
    "ÖBC",
    "Ｘ",
    "X",
    "トヨタ",
    "-INF",
    "NA",
  ];
  for (const symbol of symbols) assert.equal(symbolOf(symbol), symbol);
});

Deno.test("symbolOf() removes invisible characters, and normalizes letters and blanks", () => {
  for (
    const spelled of ["A\u200BAA", "AAA\uFEFF", "\u2060AAA", "A\u00ADAA", "\u00A0AAA\u3000", "AAA\u200E", "AA\uFE0FA"]
  ) {
    assert.equal(symbolOf(spelled), "AAA", JSON.stringify(spelled));
  }
  assert.equal(symbolOf("A\u030ABC"), "ÅBC");
  assert.equal(symbolOf("A\u00A0B"), "A B");
});

Deno.test("symbolOf() refuses invalid symbols with the reason", () => {
  const refused = (text: string) => {
    try {
      return symbolOf(text);
    } catch (error) {
      assert.ok(error instanceof RangeError);
      return error.message;
    }
  };
  assert.equal(refused("\u200B "), "is not a ticker");
  assert.equal(refused("A\0B"), "contains the control character U+0000 (NUL)");
  assert.equal(refused("A\tB"), "contains the control character U+0009");
  assert.match(refused("\uFFFDBC"), /^contains a character lost/);
  assert.match(refused("A\uD800"), /^contains a character lost/);
});

Deno.test("symbolOf() returns a symbol that it has made", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    let symbol: string;
    try {
      symbol = symbolOf(text);
    } catch {
      return;
    }
    assert.equal(symbolOf(symbol), symbol);
  }));
});
