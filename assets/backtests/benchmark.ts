import { type LegBars } from "../../quant/mod.ts";
import type { TradedBars } from "../market/traded_bars.ts";

/**
 * Return of the benchmark in each session, dividends included: of one ticker, or of an index that holds every ticker in equal parts,
 * set anew at each close.
 *
 * A session without a close of the ticker, or after one without, returns 0; the index leaves such a ticker out of that session. What
 * a ticker loses when it is delisted is in neither, for no bar says it.
 *
 * @param ticker `null` for the index.
 * @throws {RangeError} If there is no such ticker.
 */
export function benchmarkReturns({ sessions, legs }: TradedBars, ticker: string | null): Float64Array {
  if (ticker !== null) {
    const leg = legs.get(ticker);
    if (!leg) {
      throw new RangeError(
        `raw_daily_bars has no ${ticker}, the benchmark. Set benchmarkTicker of walk_forward_daily to a ticker that it has, or to null for an index of all.`,
      );
    }
    return sessions.reduce((returns, _, t) => {
      const value = returnOf(leg, t);
      returns[t] = Number.isNaN(value) ? 0 : value;
      return returns;
    }, new Float64Array(sessions.length));
  }
  const sum = new Float64Array(sessions.length);
  const count = new Float64Array(sessions.length);
  for (const leg of legs.values()) {
    for (let t = 1; t < sessions.length; t++) {
      const value = returnOf(leg, t);
      if (Number.isNaN(value)) continue;
      sum[t]! += value;
      count[t]!++;
    }
  }
  return sum.map((total, t) => count[t] === 0 ? 0 : total / count[t]!);
}

/** From the close before, for a holder of one share; NaN without both closes. */
function returnOf({ close, split, dividend }: Required<LegBars>, t: number): number {
  return t === 0 ? NaN : split[t]! * (close[t]! + dividend[t]!) / close[t - 1]! - 1;
}

/** Return of cash in each session, by calendar days since the one before. */
export function cashReturns(sessions: readonly string[], ratePerYear: number): Float64Array {
  const days = sessions.map((session) => Date.parse(session) / 86_400_000);
  return Float64Array.from(
    sessions,
    (_, t) => t === 0 ? 0 : (1 + ratePerYear) ** ((days[t]! - days[t - 1]!) / 365) - 1,
  );
}
