import type { DailyBars } from "./market_data.ts";
import { symbolOf } from "./symbols.ts";
import { RowFault, type UnusableRows } from "./unusable_rows.ts";

/** The symbols of a file, one string object each, with their spellings in the file. */
export class SymbolPool {
  /** The last spelling read, if it differs from the first spelling of its symbol in the file; else `null`. */
  otherSpelling: string | null = null;
  /** First spelling of each symbol. */
  readonly #firstSpelling = new Map<string, string>();
  /** The symbol of each spelling. */
  readonly #symbols = new Map<string, string>();

  /** The symbol of a text. @throws {RangeError} If it is not a symbol, see {@link symbolOf}. */
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

  /** First spelling of a symbol. */
  firstSpelling(symbol: string): string {
    return this.#firstSpelling.get(symbol)!;
  }
}

/** A row whose ticker is spelled differently from its first spelling in the file. */
export interface RespelledRow {
  row: number;
  /** As in {@link RowFault}. */
  place: string;
  spelling: string;
}

/**
 * The rows with another spelling of their ticker that cannot be its bars, each reported as unusable: they are ambiguous, and two
 * symbols must not become one. If both spellings have a bar of one session, the later spelling's bar is rejected; if these bars
 * have different closes, the spellings are two instruments, and all rows of the later spelling are rejected.
 *
 * Cost: none if every ticker has one spelling, else O(n).
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
  /** First row by ticker and session, with its spelling. */
  const taken = new Map<string, { row: number; spelling: string }>();
  const barOf = (row: number) => `${session[row]} ${ticker[row]}`;
  // The first spelling keeps its bars, anywhere in the file.
  ticker.forEach((name, row) => {
    if (!affected.has(name) || others.has(row) || taken.has(barOf(row))) return;
    taken.set(barOf(row), { row, spelling: pool.firstSpelling(name) });
  });
  /** The row that each row collides with. */
  const collisions = new Map<number, string>();
  /** By spelling: the one that it contradicts, and the first such session. */
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

/** A text in quotes, with everything except plain ASCII as codes. */
function escaped(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
