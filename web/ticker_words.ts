/**
 * The words of a name or a search, normalized for comparison: without accents, in lower case, separated by anything but letters
 * and digits. An apostrophe does not separate: `McDonald's` is one word, `mcdonalds`.
 */
export function nameWords(text: string): string[] {
  const plain = text.normalize("NFKD").replaceAll(/[\p{M}'’]/gu, "").toLowerCase();
  return plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
}

/**
 * How well a ticker matches a search: 0 for its symbol, 1 for its symbol in another case, 2 for its beginning, 3 if each word of
 * the search is the beginning of a word of the name. `null` if it does not match.
 */
export function matchOf(
  { ticker, words }: { ticker: string; words: readonly string[] },
  { text, words: wanted }: { text: string; words: readonly string[] },
): 0 | 1 | 2 | 3 | null {
  if (ticker === text) return 0;
  const [symbol, searched] = [ticker.toUpperCase(), text.toUpperCase()];
  if (symbol === searched) return 1;
  if (symbol.startsWith(searched)) return 2;
  return wanted.length > 0 && wanted.every((word) => words.some((own) => own.startsWith(word))) ? 3 : null;
}

/**
 * The tickers most similar to an unknown symbol, most similar first: prefixes and extensions of it, and symbols at an edit
 * distance of 1, or 2 for a text of more than three letters.
 */
export function nearTickers(text: string, tickers: readonly string[], most = 8): string[] {
  const wanted = text.toUpperCase();
  const near = tickers.flatMap((ticker) => {
    const symbol = ticker.toUpperCase();
    const distance = editDistance(wanted, symbol);
    const begins = wanted.length > 1 && (symbol.startsWith(wanted) || (symbol.length > 1 && wanted.startsWith(symbol)));
    return distance <= 1 || begins || (distance === 2 && wanted.length > 3) ? [{ ticker, distance }] : [];
  });
  return near.sort((a, b) => a.distance - b.distance).slice(0, most).map(({ ticker }) => ticker);
}

/**
 * Edit distance: minimum number of inserted, removed or replaced letters. Symbols are short, so only the beginning of a long text
 * is compared.
 */
function editDistance(a: string, b: string): number {
  const [from, to] = [a.slice(0, 20), b.slice(0, 20)];
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[to.length]!;
}
