import type { DailyBars } from "./market_data.ts";

/** Columns of numbers; `vwap` may be absent. */
export const NUMBERS = ["open", "high", "low", "close", "volume", "vwap", "dividend", "split"] as const;

/** Columns of bars to be filled: `capacity` numbers each, without tickers and sessions. */
export function emptyBars(capacity: number): DailyBars {
  const column = () => new Float64Array(capacity);
  return {
    ticker: [],
    session: [],
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    dividend: column(),
    split: column().fill(1),
  };
}

/**
 * Bars with closes only: open, high, low and volume are NaN, dividends 0 and splits 1.
 *
 * @param close One close per bar, like `ticker` and `session` in the order of {@link DailyBars}.
 */
export function closesAlone(ticker: string[], session: string[], close: Float64Array): DailyBars {
  const missing = () => new Float64Array(close.length).fill(NaN);
  return {
    ticker,
    session,
    open: missing(),
    high: missing(),
    low: missing(),
    close,
    volume: missing(),
    dividend: new Float64Array(close.length),
    split: new Float64Array(close.length).fill(1),
  };
}

/**
 * Rows of a file in the order of {@link DailyBars}, with 0 for a missing dividend (NaN), and 1 for a split that is missing or 0,
 * as many programs write for none.
 *
 * @param bars Has as many rows as tickers; further numbers are ignored. May be changed.
 *
 * Cost: O(n): two stable counting sorts, by session and then by ticker, unless the rows are in order already.
 */
export function inBarOrder(bars: DailyBars): DailyBars {
  const rows = bars.ticker.length;
  let isOrdered = true;
  for (let row = 0; row < rows; row++) {
    if (Number.isNaN(bars.dividend[row])) bars.dividend[row] = 0;
    if (Number.isNaN(bars.split[row]) || bars.split[row] === 0) bars.split[row] = 1;
    isOrdered &&= row === 0 || isAtOrAfter(bars, row, row - 1);
  }
  const result = { ...bars };
  if (isOrdered) return withNumbers(result, (column) => column.subarray(0, rows));
  let order = Uint32Array.from({ length: rows }, (_, row) => row);
  order = stablySorted(order, bars.session);
  order = stablySorted(order, bars.ticker);
  result.ticker = Array.from(order, (row) => bars.ticker[row]!);
  result.session = Array.from(order, (row) => bars.session[row]!);
  return withNumbers(result, (column) => Float64Array.from(order, (row) => column[row]!));
}

/** Copies of some rows, in order. Cost: O(n). */
export function rowsWhere(bars: DailyBars, isWanted: (row: number) => boolean): DailyBars {
  const kept = [...bars.ticker.keys()].filter(isWanted);
  const result = {
    ...bars,
    ticker: kept.map((row) => bars.ticker[row]!),
    session: kept.map((row) => bars.session[row]!),
  };
  return withNumbers(result, (column) => Float64Array.from(kept, (row) => column[row]!));
}

/** Replaces each column of numbers by another. */
export function withNumbers(bars: DailyBars, other: (column: Float64Array) => Float64Array): DailyBars {
  for (const name of NUMBERS) {
    const column = bars[name];
    if (column !== undefined) bars[name] = other(column);
  }
  return bars;
}

function isAtOrAfter({ ticker, session }: DailyBars, row: number, other: number): boolean {
  return ticker[row] === ticker[other] ? session[row]! >= session[other]! : ticker[row]! > ticker[other]!;
}

function stablySorted(order: Uint32Array<ArrayBuffer>, keys: readonly string[]): Uint32Array<ArrayBuffer> {
  const values = [...new Set(keys)].sort();
  const rankOf = new Map(values.map((value, rank) => [value, rank]));
  const next = new Uint32Array(values.length + 1);
  const ranks = Uint32Array.from(order, (row) => rankOf.get(keys[row]!)!);
  for (const rank of ranks) next[rank + 1]!++;
  for (let rank = 0; rank < values.length; rank++) next[rank + 1]! += next[rank]!;
  const sorted = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) sorted[next[ranks[i]!]!++] = order[i]!;
  return sorted;
}
