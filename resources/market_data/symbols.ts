/** Invisible characters without meaning in a symbol: zero-width blanks, joiners, marks of byte order and direction. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const BLANKS = /[\p{Zs}\p{Zl}\p{Zp}]/gu;
const CONTROL = /\p{Cc}/u;
/** Most symbols match this and need no further checks. */
const PLAIN = /^[\x21-\x7e]+$/;

/**
 * Normalizes a source's symbol to the form used in all of the service: Unicode's composed form (NFC), without invisible
 * characters and surrounding blanks, each inner blank a space. Case and all other visible differences are kept: `AMpB` and
 * `AMPB`, `X` and the full-width `Ｘ` are different instruments.
 *
 * @throws {RangeError} With the fault as the predicate after the quoted text: an empty symbol, a control character such as NUL,
 * an unpaired surrogate, or U+FFFD, which replaces a character that another program has lost.
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
 * The tickers of a wide file's columns, in order: `null` for an unusable column. Of several columns of one ticker the first
 * counts.
 *
 * @param onFault Called with the index of an unusable column from 0, its fault as the predicate after its heading, and a sentence with the remedy.
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

/** pandas' names of columns with several levels, and of a column without a name. */
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
