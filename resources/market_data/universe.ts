/** The instruments followed: all of a type and exchange, or a list of tickers. */
export type Universe =
  | { readonly type?: string; readonly exchange?: string }
  | { readonly tickers: readonly string[] };

export const UNIVERSE_FORMS = "type=ETF,exchange=XNAS (either may be left out) or tickers=AAPL,MSFT,BRK.B";

const NAMES: Readonly<Record<string, RegExp>> = { type: /^[A-Z0-9_]+$/, exchange: /^[A-Z0-9]{4}$/ };
const SYMBOL = /^[A-Za-z0-9][A-Za-z0-9.\-/:]*$/;

/**
 * Reads `type=ETF,exchange=XNAS`, `type=CS` or `tickers=AAPL,MSFT,BRK.B`. Tickers are case-sensitive; duplicates count once.
 *
 * @throws {RangeError} For anything else, with the allowed forms.
 */
export function parseUniverse(text: string): Universe {
  const refuse = (why: string): never => {
    throw new RangeError(`${JSON.stringify(text)} is not a universe: ${why}. Allowed are ${UNIVERSE_FORMS}.`);
  };
  const list = /^tickers=(.*)$/s.exec(text.trim())?.[1];
  if (list !== undefined) {
    const tickers = list.split(",").map((ticker) => ticker.trim());
    const odd = tickers.find((ticker) => !SYMBOL.test(ticker));
    if (odd !== undefined) refuse(`${JSON.stringify(odd)} is no ticker`);
    return { tickers: [...new Set(tickers)] };
  }
  const universe: Record<string, string> = {};
  for (const part of text.split(",")) {
    const [, name, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
    const form = Object.hasOwn(NAMES, name ?? "") ? NAMES[name!]! : refuse(`${JSON.stringify(part)} is no condition`);
    if (!form.test(value!)) refuse(`${JSON.stringify(value)} is no ${name}`);
    if (Object.hasOwn(universe, name!)) refuse(`${name} is given twice`);
    universe[name!] = value!;
  }
  return universe;
}
