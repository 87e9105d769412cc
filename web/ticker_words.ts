/**
 * The words of a name or a search as they are compared: without accents, in small letters, parted at whatever is neither letter nor
 * digit. An apostrophe parts nothing: `McDonald's` is the one word `mcdonalds`.
 */
export function nameWords(text: string): string[] {
  const plain = text.normalize("NFKD").replaceAll(/[\p{M}'’]/gu, "").toLowerCase();
  return plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
}

/**
 * How well a ticker answers a search: 0 its very symbol, 1 its symbol in another case, 2 the beginning of it, 3 beginnings of words of
 * its name, one for each word that is searched for. `null` where it does not.
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
 * The tickers whose symbols are most like a text that is none of them: those that it begins or that begin it, and those that a letter
 * more, less or other makes. The likest first.
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

/** Fewest letters to put in, take out or change. Symbols are short; of a long text the beginning tells enough. */
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
