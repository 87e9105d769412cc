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
  if (symbol === "") throw new RangeError("is not a ticker");
  const control = CONTROL.exec(symbol)?.[0];
  if (control !== undefined) {
    const code = control.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    throw new RangeError(`contains the control character U+${code}${code === "0000" ? " (NUL)" : ""}`);
  }
  if (symbol.includes("\uFFFD") || !symbol.isWellFormed()) {
    throw new RangeError("contains a character lost in a wrong encoding (U+FFFD)");
  }
  return symbol;
}

/**
 * The tickers that head the columns of a wide file, in its order: `null` for a column that cannot be used. Of columns of one ticker
 * the first counts.
 *
 * @param onFault Called with the place of such a column from 0, what is wrong, to follow its heading, and a sentence of remedy.
 */
export function headedTickers(
  headings: readonly string[],
  onFault: (place: number, wrong: string, remedy: string) => void,
): (string | null)[] {
  const seen = new Map<string, string>();
  return headings.map((heading, place) => {
    const fault = faultOfHeading(heading);
    if (fault !== null) {
      onFault(place, fault.wrong, fault.remedy);
      return null;
    }
    let ticker: string;
    try {
      ticker = symbolOf(heading);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      onFault(place, error.message, "Write the ticker of the column's closes.");
      return null;
    }
    const known = seen.get(ticker);
    if (known !== undefined) {
      const wrong = known === heading
        ? "repeats the heading of an earlier column, which is used"
        : "is the ticker of an earlier column but for blanks and characters that cannot be seen";
      onFault(place, wrong, "Remove or rename one.");
      return null;
    }
    seen.set(ticker, heading);
    return ticker;
  });
}

/** How pandas writes columns of several levels, and a column without a name. */
function faultOfHeading(heading: string): { wrong: string; remedy: string } | null {
  if (/^\(\s*['"].*,.*\)$/s.test(heading)) {
    return {
      wrong: "is a tuple, as pandas writes columns of several levels",
      remedy: "Write one level, e.g. frame['Close'].to_csv(…).",
    };
  }
  if (/^Unnamed: \d+(_level_\d+)?$/.test(heading)) {
    return {
      wrong: "is what pandas calls a column without a name",
      remedy: "Remove the column, or name it after its ticker.",
    };
  }
  return null;
}
