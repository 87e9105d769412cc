import type { LegBars, PriceMatrix } from "../../quant/mod.ts";
import { type BarColumns, barFault, sessionEvents } from "./bar_judgement.ts";

/** Bars of a ticker as traded, with highs, lows and volumes for tradability. */
export interface TradedLeg extends Required<LegBars> {
  /** Highest price of each session; `NaN` if missing, as in `low` and `volume`. */
  high: Float64Array;
  low: Float64Array;
  /** Shares. */
  volume: Float64Array;
}

/** Bars of all tickers on common sessions, as traded: without adjustment for later events. */
export interface TradedBars {
  /** Ascending: the counted sessions in which any ticker has a usable bar. */
  sessions: string[];
  /** By ticker, ascending. */
  legs: Map<string, TradedLeg>;
}

/**
 * Aligns bars as received on common sessions, for backtests.
 *
 * It accepts the same bars as `daily_bars`, at the prices at which they were traded. Adjusted prices depend on later splits, and
 * dividing by a ratio and multiplying again does not restore the same bits: assets that must not use future data read these bars.
 * Splits and dividends of rejected bars count as well; in a session without a usable bar they take effect in the next one.
 *
 * Cost: O(n), for bars in order of ticker, session and occurrence, with all bars of each session.
 *
 * @param complete The sessions that count; by default, all with a usable bar.
 * @param options.every Includes counted sessions in which none of these tickers has a bar, so that a few tickers have the same
 * sessions as all.
 */
export function tradedBars(
  bars: BarColumns,
  complete?: ReadonlySet<string>,
  { every = false }: { every?: boolean } = {},
): TradedBars {
  const usable: number[] = [];
  const found = new Set<string>();
  const legs = new Map<string, TradedLeg>();
  let last: string | undefined;
  for (let i = 0; i < bars.ticker.length; i++) {
    if (barFault(bars, i) !== undefined || complete?.has(bars.session[i]!) === false) continue;
    usable.push(i);
    if (bars.session[i] !== last) found.add(last = bars.session[i]!);
  }
  const sessions = [...every && complete ? complete : found].sort();
  const position = new Map(sessions.map((session, t) => [session, t]));
  for (const ticker of bars.ticker) if (!legs.has(ticker)) legs.set(ticker, emptyLeg(sessions.length));
  for (const i of usable) {
    const leg = legs.get(bars.ticker[i]!)!;
    const t = position.get(bars.session[i]!)!;
    leg.open[t] = bars.open[i]!;
    leg.high[t] = bars.high[i]!;
    leg.low[t] = bars.low[i]!;
    leg.close[t] = bars.close[i]!;
    leg.volume[t] = bars.volume[i]!;
  }
  for (const { bar, split, dividend } of sessionEvents(bars)) {
    const leg = legs.get(bars.ticker[bar]!)!;
    const t = position.get(bars.session[bar]!) ?? sessions.findIndex((session) => session > bars.session[bar]!);
    if (t < 0) continue;
    leg.split[t]! *= split;
    leg.dividend[t]! += dividend;
  }
  return { sessions, legs };
}

function emptyLeg(length: number): TradedLeg {
  const missing = () => new Float64Array(length).fill(NaN);
  return {
    open: missing(),
    high: missing(),
    low: missing(),
    close: missing(),
    volume: missing(),
    split: new Float64Array(length).fill(1),
    dividend: new Float64Array(length),
  };
}

/** Return of a leg since the previous close, for a holder of one share; NaN without both closes. */
export function returnOf({ close, split, dividend }: Required<LegBars>, t: number): number {
  return t === 0 ? NaN : split[t]! * (close[t]! + dividend[t]!) / close[t - 1]! - 1;
}

/**
 * Closes of sessions [start, end), in shares of the last of them, from these sessions only.
 *
 * Tickers without a close in these sessions are omitted.
 */
export function closesWithin({ sessions, legs }: TradedBars, start: number, end: number): PriceMatrix {
  const matrix: PriceMatrix = { sessions: sessions.slice(start, end), tickers: [], closes: [] };
  for (const [ticker, { close, split }] of legs) {
    const closes = new Float64Array(end - start);
    let shares = 1;
    let any = false;
    for (let t = end - 1; t >= start; t--) {
      closes[t - start] = close[t]! / shares;
      any ||= !Number.isNaN(close[t]!);
      shares *= split[t]!;
    }
    if (!any) continue;
    matrix.tickers.push(ticker);
    matrix.closes.push(closes);
  }
  return matrix;
}

/** Dividends of the same sessions in the same shares as {@link closesWithin}, by ticker with any, from these sessions only. */
export function dividendsWithin({ legs }: TradedBars, start: number, end: number): Map<string, Float64Array> {
  const found = new Map<string, Float64Array>();
  for (const [ticker, { dividend, split }] of legs) {
    if (!dividend.subarray(start, end).some((value) => value > 0)) continue;
    const dividends = new Float64Array(end - start);
    let shares = 1;
    for (let t = end - 1; t >= start; t--) {
      dividends[t - start] = dividend[t]! / shares;
      shares *= split[t]!;
    }
    found.set(ticker, dividends);
  }
  return found;
}
