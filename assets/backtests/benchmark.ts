import { returnOf, type TradedBars } from "../market/traded_bars.ts";

/**
 * Daily returns of the benchmark, dividends included: a ticker, or the index of all tickers (`market_index`).
 *
 * A session without a close of the ticker, or following one without, returns 0.
 *
 * @param ticker `null` for the index.
 * @param index Rows of `market_index`.
 * @throws {RangeError} If the ticker is unknown, or a session has no row in the index.
 */
export function benchmarkReturns(
  { sessions, legs }: TradedBars,
  { ticker, index }: { ticker: string | null; index: readonly { session: string; daily_return: number }[] },
): Float64Array {
  if (ticker === null) {
    const returnIn = new Map(index.map(({ session, daily_return }) => [session, daily_return]));
    return Float64Array.from(sessions, (session) => {
      const value = returnIn.get(session);
      if (value !== undefined) return value;
      throw new RangeError(`market_index has no return for ${session}. Materialize market_index first.`);
    });
  }
  const leg = legs.get(ticker);
  if (!leg) {
    throw new RangeError(
      `raw_daily_bars has no ${ticker}, the benchmark. Set benchmarkTicker of walk_forward_daily to a ticker that it has, or to null for an index of all.`,
    );
  }
  return Float64Array.from(sessions, (_, t) => returnOf(leg, t) || 0);
}

/** Return of cash in each session, by calendar days since the previous one. */
export function cashReturns(sessions: readonly string[], ratePerYear: number): Float64Array {
  const days = sessions.map((session) => Date.parse(session) / 86_400_000);
  return Float64Array.from(
    sessions,
    (_, t) => t === 0 ? 0 : (1 + ratePerYear) ** ((days[t]! - days[t - 1]!) / 365) - 1,
  );
}
