import type { DailyBars } from "./market_data.ts";
import { symbolOf } from "./symbols.ts";
import { RowFault, type UnusableRows } from "./unusable_rows.ts";

/** The symbols of a file, one string object each however many rows, and how the file spells them. */
export class SymbolPool {
  /** The spelling read last, where the file has spelled its symbol otherwise before; else `null`. */
  otherSpelling: string | null = null;
  /** How each symbol was spelled first. */
  readonly #firstSpelling = new Map<string, string>();
  /** The symbol of each spelling. */
  readonly #symbols = new Map<string, string>();

  /** The symbol that a text spells. @throws {RangeError} If it spells none, as {@link symbolOf} says. */
  read(text: string): string {
    let symbol = this.#symbols.get(text);
    if (symbol === undefined) {
      symbol = symbolOf(text);
      const first = this.#firstSpelling.get(symbol);
      if (first === undefined) this.#firstSpelling.set(symbol, text);
      else symbol = this.#symbols.get(first)!;
      this.#symbols.set(text, symbol);
    }
    this.otherSpelling = this.#firstSpelling.get(symbol) === text ? null : text;
    return symbol;
  }

  /** How a symbol was spelled first. */
  firstSpelling(symbol: string): string {
    return this.#firstSpelling.get(symbol)!;
  }
}

/** A row whose ticker is spelled otherwise than where the file has it first. */
export interface RespelledRow {
  row: number;
  /** As in {@link RowFault}. */
  place: string;
  spelling: string;
}

/**
 * The rows of another spelling of their ticker whose session the file has in an earlier spelling too, each told as unusable: which of the
 * two is meant cannot be told, and two symbols never become one.
 *
 * Cost: nothing where every ticker has one spelling, else O(n).
 */
export function collidingRows(
  bars: Pick<DailyBars, "ticker" | "session">,
  respelled: readonly RespelledRow[],
  { pool, unusable }: { pool: SymbolPool; unusable: UnusableRows },
): Set<number> {
  const refused = new Set<number>();
  if (respelled.length === 0) return refused;
  const affected = new Set(respelled.map(({ row }) => bars.ticker[row]!));
  const others = new Set(respelled.map(({ row }) => row));
  /** By ticker and session the spelling whose bar it is. */
  const taken = new Map<string, string>();
  const barOf = (row: number) => `${bars.session[row]} ${bars.ticker[row]}`;
  // The first spelling has its bars, wherever in the file they are.
  bars.ticker.forEach((ticker, row) => {
    if (affected.has(ticker) && !others.has(row)) taken.set(barOf(row), pool.firstSpelling(ticker));
  });
  for (const { row, place, spelling } of respelled) {
    const known = taken.get(barOf(row));
    if (known === undefined) taken.set(barOf(row), spelling);
    if (known === undefined || known === spelling) continue;
    refused.add(row);
    const [ticker, session] = [bars.ticker[row]!, bars.session[row]!];
    const fault = new RowFault({
      place,
      column: "ticker",
      wrong: `${escaped(spelling)} and ${escaped(known)} are one symbol but for blanks and characters that cannot be ` +
        `seen, and both have a bar of ${session}`,
      remedy: "Write the symbols so that they can be told apart, or remove the row.",
    });
    unusable.add(fault, { ticker, session });
  }
  return refused;
}

/** A text in quotes with everything that is not plain ASCII as its code. */
function escaped(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
