import { nyse } from "../../resources/exchange_calendar/mod.ts";
import type { RawBar } from "./bars.ts";
import { groupedMarket } from "./grouped_market.ts";

/** Settings that select pairs among the eight tickers of {@link eightTickers}. */
export const eightTickersConfig = {
  pair_clusters: { formationSessions: 120 },
  cointegrated_pairs: { formationSessions: 120, minCrossings: 5 },
  formation_pairs: { formationSessions: 120, tradingSessions: 40 },
};

/** Number of sessions of {@link eightTickers}. */
const count = 200;

/** Bars of eight tickers in two groups over the last sessions of the exchange up to `last`, by ticker, then session. */
export function eightTickers(last: string): RawBar[] {
  const sessions = nyse.sessionsBetween("2025-01-02", last).slice(-count);
  const places = new Map(
    [...new Set(groupedMarket(count).map(({ session }) => session))].sort().map((day, t) => [day, t]),
  );
  return groupedMarket(count).filter(({ ticker }) => !ticker.startsWith("C"))
    .map((bar) => ({ ...bar, session: sessions[places.get(bar.session)!]! }));
}

/** The same bars with another date for the bar of one ticker and session, in order. */
export function redated(bars: readonly RawBar[], ticker: string, session: string, date: string): RawBar[] {
  return inOrder(bars.map((bar) => bar.ticker === ticker && bar.session === session ? { ...bar, session: date } : bar));
}

/** Bars in the order in which markets return them. */
export function inOrder(bars: readonly RawBar[]): RawBar[] {
  const key = ({ ticker, session }: RawBar) => `${ticker} ${session}`;
  return bars.toSorted((a, b) => key(a) < key(b) ? -1 : Number(key(a) > key(b)));
}
