import type { LegBars, PriceMatrix } from "../../quant/mod.ts";
import { type BarColumns, barFault, isSplit } from "./bar_judgement.ts";

/** The bars of all tickers on common sessions as they were traded: not adjusted for anything that came later. */
export interface TradedBars {
  /** Ascending: the sessions in which any ticker has a bar that can be used. */
  sessions: string[];
  /** By ticker, ascending. */
  legs: Map<string, Required<LegBars>>;
}

/**
 * Lays out bars as they were received for trading on them.
 *
 * The same bars are used as in `daily_bars`, but at the prices at which they were traded. Adjusted prices know of every split
 * to come, and dividing by its ratio and multiplying again does not give back the same bits: whoever must not know the future
 * reads these. Splits and dividends count even where their own bar is rejected, for they happened; in a session that has no
 * usable bar at all they take effect with the next one.
 *
 * Cost: O(n), for bars in order of ticker, session and occurrence.
 */
export function tradedBars(bars: BarColumns): TradedBars {
  const usable = new Uint8Array(bars.ticker.length);
  const found = new Set<string>();
  let last: string | undefined;
  for (let i = 0; i < usable.length; i++) {
    if (barFault(bars, i) !== undefined) continue;
    usable[i] = 1;
    if (bars.session[i] !== last) found.add(last = bars.session[i]!);
  }
  const sessions = [...found].sort();
  const position = new Map(sessions.map((session, t) => [session, t]));
  const legs = new Map<string, Required<LegBars>>();
  for (let i = 0; i < usable.length; i++) {
    if (bars.occurrence[i] !== 1) continue;
    const ticker = bars.ticker[i]!;
    let leg = legs.get(ticker);
    if (!leg) legs.set(ticker, leg = emptyLeg(sessions.length));
    const t = position.get(bars.session[i]!) ?? sessions.findIndex((session) => session > bars.session[i]!);
    if (t < 0) continue;
    if (usable[i] === 1) {
      leg.open[t] = bars.open[i]!;
      leg.close[t] = bars.close[i]!;
    }
    if (isSplit(bars, i)) leg.split[t]! *= bars.split[i]!;
    if (bars.dividend[i]! > 0) leg.dividend[t]! += bars.dividend[i]!;
  }
  return { sessions, legs };
}

function emptyLeg(length: number): Required<LegBars> {
  return {
    open: new Float64Array(length).fill(NaN),
    close: new Float64Array(length).fill(NaN),
    split: new Float64Array(length).fill(1),
    dividend: new Float64Array(length),
  };
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
