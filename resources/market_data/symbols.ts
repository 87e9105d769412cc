/** Characters that take no room and have no meaning in a symbol: zero-width blanks, joiners, marks of byte order and direction. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const BLANKS = /[\p{Zs}\p{Zl}\p{Zp}]/gu;
const CONTROL = /\p{Cc}/u;
/** What most symbols are made of: nothing in them has to be looked at. */
const PLAIN = /^[\x21-\x7e]+$/;

/**
 * A symbol as all parts of the service write it, of a symbol as a source does: in Unicode's composed form (NFC), without invisible
 * characters and surrounding blanks, each inner blank a space. Case and everything else that can be seen is kept: `AMpB` and
 * `AMPB`, `X` and the full-width `Ｘ` are different instruments.
 *
 * @throws {RangeError} Saying what is wrong, to follow the quoted text: nothing is left, a control character such as NUL, half a
 *   character, or U+FFFD, which stands where another program has lost a letter.
 */
export function symbolOf(text: string): string {
  if (PLAIN.test(text)) return text;
  const symbol = text.replace(INVISIBLE, "").replace(BLANKS, " ").normalize("NFC").trim();
  if (symbol === "") throw new RangeError("names no ticker");
  const control = CONTROL.exec(symbol)?.[0];
  if (control !== undefined) {
    const code = control.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    throw new RangeError(`holds the control character U+${code}${code === "0000" ? " (NUL)" : ""}`);
  }
  if (symbol.includes("\uFFFD") || !symbol.isWellFormed()) {
    throw new RangeError("has lost a letter (U+FFFD) when it was stored in another encoding");
  }
  return symbol;
}

/**
 * The tickers that head the columns of a wide file, in its order.
 *
 * @param refused Makes the error for a heading, by its place from 0 and what is wrong with it, to follow the heading.
 * @throws What `refused` makes, where a heading is no symbol, or two are the same one.
 */
export function headedTickers(
  headings: readonly string[],
  refused: (place: number, wrong: string) => Error,
): string[] {
  const seen = new Map<string, string>();
  headings.forEach((heading, place) => {
    const fault = faultOfHeading(heading);
    if (fault !== null) throw refused(place, fault);
    let ticker: string;
    try {
      ticker = symbolOf(heading);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw refused(place, `${error.message}: write the ticker whose closes the column holds`);
    }
    const known = seen.get(ticker);
    if (known === heading) throw refused(place, "heads two columns: remove or rename one");
    if (known !== undefined) {
      const alike = "is the ticker of another column but for blanks and characters that cannot be seen";
      throw refused(place, `${alike}: remove or rename one`);
    }
    seen.set(ticker, heading);
  });
  return [...seen.keys()];
}

/** How pandas writes columns of several levels, and a column without a name. */
function faultOfHeading(heading: string): string | null {
  if (/^\(\s*['"].*,.*\)$/s.test(heading)) {
    return "is a tuple, as pandas writes columns of several levels: write one level, e.g. frame['Close'].to_csv(…)";
  }
  if (/^Unnamed: \d+(_level_\d+)?$/.test(heading)) {
    return "is what pandas calls a column without a name: remove the column, or name it after its ticker";
  }
  return null;
}
