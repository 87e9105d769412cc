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
 * The rows of another spelling of their ticker that cannot be its bars, each told as unusable: which is meant cannot be told, and two
 * symbols never become one. Where both spellings have a bar of one session, the later one's is refused; where these bars have different
 * closes, two instruments are meant, and all rows of the later spelling are.
 *
 * Cost: nothing where every ticker has one spelling, else O(n).
 */
export function collidingRows(
  bars: Pick<DailyBars, "ticker" | "session" | "close">,
  respelled: readonly RespelledRow[],
  { pool, unusable }: { pool: SymbolPool; unusable: UnusableRows },
): Set<number> {
  const refused = new Set<number>();
  if (respelled.length === 0) return refused;
  const { ticker, session, close } = bars;
  const affected = new Set(respelled.map(({ row }) => ticker[row]!));
  const others = new Set(respelled.map(({ row }) => row));
  /** By ticker and session the first row of the spelling whose bar it is. */
  const taken = new Map<string, { row: number; spelling: string }>();
  const barOf = (row: number) => `${session[row]} ${ticker[row]}`;
  // The first spelling has its bars, wherever in the file they are.
  ticker.forEach((name, row) => {
    if (!affected.has(name) || others.has(row) || taken.has(barOf(row))) return;
    taken.set(barOf(row), { row, spelling: pool.firstSpelling(name) });
  });
  /** What a row collides with. */
  const collisions = new Map<number, string>();
  /** By spelling the one that it contradicts, and where first. */
  const contradictions = new Map<string, { spelling: string; session: string }>();
  for (const { row, spelling } of respelled) {
    const known = taken.get(barOf(row));
    if (known === undefined) taken.set(barOf(row), { row, spelling });
    if (known === undefined || known.spelling === spelling) continue;
    collisions.set(row, known.spelling);
    const isContradiction = Math.abs(close[row]! - close[known.row]!) > 0;
    if (!isContradiction || contradictions.has(spelling)) continue;
    contradictions.set(spelling, { spelling: known.spelling, session: session[row]! });
  }
  for (const { row, place, spelling } of respelled) {
    const collided = collisions.get(row);
    const contradicted = contradictions.get(spelling);
    if (collided === undefined && contradicted === undefined) continue;
    refused.add(row);
    const fault = new RowFault({
      place,
      column: "ticker",
      wrong:
        `${escaped(spelling)} and ${escaped(collided ?? contradicted!.spelling)} are one symbol but for blanks and ` +
        `characters that cannot be seen, and ${
          collided === undefined ? `differ on ${contradicted!.session}` : `both have a bar of ${session[row]}`
        }`,
      remedy: "Write distinguishable symbols, or remove the row.",
    });
    unusable.add(fault, { ticker: ticker[row]!, session: session[row]! });
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
