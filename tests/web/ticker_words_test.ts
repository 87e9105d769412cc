import assert from "node:assert/strict";
import fc from "fast-check";
import { matchOf, nameWords, nearTickers } from "../../web/ticker_words.ts";

Deno.test("nameWords() splits at characters that are neither letters nor digits, without accents, case and apostrophes", () => {
  assert.deepEqual(nameWords("Invesco QQQ Trust, Series 1"), ["invesco", "qqq", "trust", "series", "1"]);
  assert.deepEqual(nameWords("McDonald's  Société-Générale & Co."), ["mcdonalds", "societe", "generale", "co"]);
  assert.deepEqual(nameWords(" ---- "), []);
});

Deno.test("matchOf() ranks the symbol, the symbol in another case, its beginning, then words of the name", () => {
  const of = (ticker: string, name: string, text: string) =>
    matchOf({ ticker, words: nameWords(name) }, { text, words: nameWords(text) });
  assert.equal(of("AMpB", "", "AMpB"), 0);
  assert.equal(of("AMPB", "", "AMpB"), 1);
  assert.equal(of("QQQM", "", "qqq"), 2);
  assert.equal(of("BRK.B", "", "brk."), 2);
  assert.equal(of("ONEQ", "Fidelity Nasdaq Composite", "comp nas"), 3);
  assert.equal(of("ONEQ", "Fidelity Nasdaq Composite", "fidelity gold"), null);
  assert.equal(of("ONEQ", "Fidelity Nasdaq Composite", "asdaq"), null, "not from the middle of a word");
  assert.equal(of("ONEQ", "Fidelity Nasdaq Composite", "&"), null, "nothing but signs finds no name");
});

Deno.test("matchOf() finds every ticker by its symbol and by each prefix", () => {
  fc.assert(fc.property(fc.stringMatching(/^[A-Za-z.]{1,10}$/), fc.nat(9), (ticker, letters) => {
    const text = ticker.slice(0, 1 + letters);
    const rank = matchOf({ ticker, words: [] }, { text, words: nameWords(text) });
    assert.equal(rank, text === ticker ? 0 : text.toUpperCase() === ticker.toUpperCase() ? 1 : 2);
  }));
});

Deno.test("nearTickers() finds tickers despite typing errors and missing or extra words, the most similar first", () => {
  const tickers = ["AAPL", "APLE", "BRK.A", "BRK.B", "GOOG", "GOOGL", "KO", "XOM"];
  assert.deepEqual(nearTickers("AAPPL", tickers), ["AAPL"]);
  assert.deepEqual(nearTickers("brk", tickers), ["BRK.A", "BRK.B"]);
  assert.deepEqual(nearTickers("GOGL", tickers), ["GOOGL", "GOOG"]);
  assert.deepEqual(nearTickers("KOX", tickers), ["KO"]);
  assert.deepEqual(nearTickers("NOTHING", tickers), []);
  assert.equal(nearTickers("AAA", Array.from({ length: 30 }, (_, i) => `AAA${i}`)).length, 8);
});
