import type { LegBars, PriceMatrix } from "../../quant/mod.ts";
import { type BarColumns, barFault, sessionEvents } from "./bar_judgement.ts";

/** Bars of a ticker as they were traded, with what says how easily. */
export interface TradedLeg extends Required<LegBars> {
  /** Highest price of each session; `NaN` where it is missing, as the next two. */
  high: Float64Array;
  low: Float64Array;
  /** Shares. */
  volume: Float64Array;
}

/** The bars of all tickers on common sessions as they were traded: not adjusted for anything that came later. */
export interface TradedBars {
  /** Ascending: the sessions that count in which any ticker has a bar that can be used. */
  sessions: string[];
  /** By ticker, ascending. */
  legs: Map<string, TradedLeg>;
}

/**
 * Lays out bars as they were received for trading on them.
 *
 * The same bars are used as in `daily_bars`, but at the prices at which they were traded. Adjusted prices know of every split
 * to come, and dividing by its ratio and multiplying again does not give back the same bits: assets that must not know the future
 * reads these. Splits and dividends count even where their own bar is rejected, for they happened; in a session that has no
 * usable bar at all they take effect with the next one.
 *
 * @param complete The sessions that count; all with a usable bar where it is left out.
 * @param options.every Whether those count as well in which none of these tickers has a bar: a few tickers are then laid out on the
 * same sessions as all.
 *
 * Cost: O(n), for bars in order of ticker, session and occurrence, each session with all of its bars.
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

/** Return of a leg from the close before, for a holder of one share; NaN without both closes. */
export function returnOf({ close, split, dividend }: Required<LegBars>, t: number): number {
  return t === 0 ? NaN : split[t]! * (close[t]! + dividend[t]!) / close[t - 1]! - 1;
}

/**
 * Closes of the sessions [start, end) in the shares of the last of them, and nothing of any other session.
 *
 * Tickers without a close in these sessions are left out.
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

/**
 * Dividends of the same sessions in the same shares as {@link closesWithin}, by ticker that paid any; nothing of any other session.
 */
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
