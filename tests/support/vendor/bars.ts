import { drawsOf, type Instrument } from "./instruments.ts";

/** A daily bar with the vendor's field names, without ticker and time. */
export interface Candle {
  o?: number;
  h?: number;
  l?: number;
  c?: number;
  v?: number;
  vw?: number;
  n?: number;
}

export interface Split {
  id: string;
  ticker: string;
  executionDate: string;
  from: number;
  to: number;
}

const DAILY_VOLATILITY = 0.015;
const KIND = { price: 0, range: 1, volume: 2, gaps: 3 };

/**
 * Unadjusted bars of an instrument, a pure function of seed, instrument and session number: a later end of the market does not
 * change them. Before any split a price follows a geometric walk; a split divides it from its execution date on.
 */
export class Bars {
  readonly #seed: number;
  /** Sums of log returns up to a session, by stream. */
  readonly #walks = new Map<number, number[]>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /**
   * @param index Index of the session since the market's first.
   * @param factor New shares per old share over all splits up to this session.
   * @returns `null` in a session in which a rarely traded instrument did not trade.
   */
  candle(instrument: Instrument, index: number, factor: number): Candle | null {
    const { stream } = instrument;
    if (stream % 9 === 5 && drawsOf(this.#seed, instrument, KIND.gaps).uniform(index) < 0.05) return null;
    const range = drawsOf(this.#seed, instrument, KIND.range);
    const close = this.#base(instrument) * Math.exp(this.#walk(instrument, index));
    const open = close * Math.exp(0.005 * range.normal(4 * index));
    const high = Math.max(open, close) * (1 + 0.006 * range.uniform(4 * index + 2));
    const low = Math.min(open, close) * (1 - 0.006 * range.uniform(4 * index + 3));
    const volume = Math.exp(11 + 0.4 * drawsOf(this.#seed, instrument, KIND.volume).normal(index));
    const candle: Candle = {
      o: price(open / factor),
      h: price(high / factor),
      l: price(low / factor),
      c: price(close / factor),
      // Some venues report fractional shares.
      v: stream % 3 === 1 ? Math.round(volume * factor * 100) / 100 : Math.round(volume * factor),
    };
    if (stream % 10 !== 7) candle.vw = price((high + low + close) / 3 / factor);
    if (stream % 10 !== 8) candle.n = Math.max(1, Math.round(volume / 150));
    return candle;
  }

  #base({ stream }: Instrument): number {
    return 15 + (stream * 37) % 180;
  }

  #walk(instrument: Instrument, index: number): number {
    let sums = this.#walks.get(instrument.stream);
    if (sums === undefined) this.#walks.set(instrument.stream, sums = []);
    const draws = drawsOf(this.#seed, instrument, KIND.price);
    for (let i = sums.length; i <= index; i++) sums.push((sums[i - 1] ?? 0) + DAILY_VOLATILITY * draws.normal(i));
    return sums[index]!;
  }
}

/** New shares per old share over the splits selected by `counts`. */
export function shareFactor(splits: readonly Split[], counts: (executionDate: string) => boolean): number {
  return splits.reduce((factor, { executionDate, from, to }) => counts(executionDate) ? factor * to / from : factor, 1);
}

/** The candle in shares of which `factor` equal one of its own. */
export function rescaled(candle: Candle, factor: number): Candle {
  if (factor === 1) return candle;
  const scaled: Candle = { ...candle };
  for (const field of ["o", "h", "l", "c", "vw"] as const) {
    if (typeof candle[field] === "number") scaled[field] = candle[field] / factor;
  }
  if (typeof candle.v === "number") scaled.v = candle.v * factor;
  return scaled;
}

function price(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
