import type { PartitionSet } from "../../engine/mod.ts";
import { averageMoves, ema, macdOf, relativeStrength, sma } from "../../quant/mod.ts";

/** Number of closes of the simple average and of the relative strength, as the original requested from its vendor. */
export const indicatorWindow = 30;

/** Number columns of `indicators`; `null` until defined. */
const names = [
  "sma_30",
  "ema_30",
  "rsi_30",
  "macd",
  "macd_signal",
  "macd_histogram",
  "ema_12",
  "ema_26",
  "average_gain_30",
  "average_loss_30",
] as const;

type Name = typeof names[number];

/** A row of `indicators`, from which later rows are computed. */
export type IndicatorState = { ticker: string; session: string } & Record<Name, number | null>;

/** Closes of tickers, in order of ticker and session. */
export interface CloseColumns {
  ticker: readonly string[];
  session: readonly string[];
  close: Float64Array;
}

/** Collects rows of `indicators` as columns. */
export class IndicatorRows {
  readonly #ticker: string[] = [];
  readonly #session: string[] = [];
  readonly #numbers = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;

  /** @param partitions Rows of other partitions are omitted. */
  constructor(private readonly partitions: PartitionSet) {}

  get count(): number {
    return this.#ticker.length;
  }

  /** Computes rows from all closes of their tickers. */
  addAll(bars: CloseColumns): void {
    for (const { ticker, start, end } of seriesIn(bars)) {
      this.#add(ticker, bars.session.slice(start, end), () => seriesOf(bars.close.subarray(start, end)));
    }
  }

  /**
   * Computes rows from those of the previous session.
   *
   * @param bars Closes of the last `indicatorWindow` sessions before `from`, or all if there are fewer, and those from `from` on.
   * @param options.states Rows of the session before `from`.
   * @param options.from A session.
   * @returns Tickers with a wanted close that cannot be computed this way, because they have no row in the previous session, or
   * fewer closes than the averages need. Rows of others equal those from all closes bit by bit.
   */
  addFrom(
    bars: CloseColumns,
    { states, from }: { states: readonly IndicatorState[]; from: string },
  ): string[] {
    const stateOf = new Map(states.map((state) => [state.ticker, state]));
    const without: string[] = [];
    for (const { ticker, start, end } of seriesIn(bars)) {
      let next = start;
      while (next < end && bars.session[next]! < from) next++;
      const sessions = bars.session.slice(next, end);
      if (!sessions.some((session) => this.partitions.has(ticker, session))) continue;
      const state = stateOf.get(ticker);
      const isKnown = state !== undefined && names.every((name) => state[name] !== null) &&
        bars.session[next - 1] === state.session && next - start >= indicatorWindow - 1;
      if (!isKnown) {
        without.push(ticker);
        continue;
      }
      const before = { ...state as Record<Name, number>, closes: bars.close.subarray(start, next) };
      this.#add(ticker, sessions, () => seriesOf(bars.close.subarray(next, end), before));
    }
    return without;
  }

  columns() {
    const numbers = Object.fromEntries(names.map((name) => [name, new Float64Array(this.#numbers[name])]));
    return { ticker: this.#ticker, session: this.#session, ...numbers as Record<Name, Float64Array> };
  }

  /** @param series Called only if one of the sessions is wanted. */
  #add(ticker: string, sessions: readonly string[], series: () => Record<Name, Float64Array>): void {
    let values: Record<Name, Float64Array> | undefined;
    for (let t = 0; t < sessions.length; t++) {
      if (!this.partitions.has(ticker, sessions[t]!)) continue;
      values ??= series();
      this.#ticker.push(ticker);
      this.#session.push(sessions[t]!);
      for (const name of names) this.#numbers[name].push(values[name][t]!);
    }
  }
}

/** Index range of each ticker's rows. */
function* seriesIn({ ticker }: CloseColumns): Generator<{ ticker: string; start: number; end: number }> {
  for (let start = 0, end = 0; start < ticker.length; start = end) {
    while (end < ticker.length && ticker[end] === ticker[start]) end++;
    yield { ticker: ticker[start]!, start, end };
  }
}

/** @param before Values of the row before the first close, and the closes up to it; without them, `closes` is complete. */
function seriesOf(
  closes: Float64Array,
  before?: Record<Name, number> & { closes: Float64Array },
): Record<Name, Float64Array> {
  const fast = ema(closes, 12, before?.ema_12);
  const slow = ema(closes, 26, before?.ema_26);
  const { value, signal, histogram } = macdOf(fast, slow, { before: before?.macd_signal });
  const moves = averageMoves(
    closes,
    indicatorWindow,
    before && { close: before.closes.at(-1)!, gain: before.average_gain_30, loss: before.average_loss_30 },
  );
  const earlier = before?.closes ?? new Float64Array();
  return {
    sma_30: sma(joined(earlier, closes), indicatorWindow).subarray(earlier.length),
    ema_30: ema(closes, indicatorWindow, before?.ema_30),
    rsi_30: relativeStrength(moves),
    macd: value,
    macd_signal: signal,
    macd_histogram: histogram,
    ema_12: fast,
    ema_26: slow,
    average_gain_30: moves.gain,
    average_loss_30: moves.loss,
  };
}

function joined(one: Float64Array, other: Float64Array): Float64Array {
  const both = new Float64Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
