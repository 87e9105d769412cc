import { type RawBar, rawBar, weekdays } from "./bars.ts";
import { normals, walk } from "./closes.ts";

/** Groups of tickers on a common factor, with reverting spreads, so that every step from clusters to trades has data. */
const GROUPS = ["A", "B", "C"];
const PER_GROUP = 4;

/**
 * Bars of twelve tickers in three groups. A1 splits and B1 pays dividends throughout, A2 misses bars, B2 has no opens and C3 is
 * delisted after seven tenths. All prices are high enough for the default choice, that of A1 after its splits too.
 */
export function groupedMarket(sessionCount: number): RawBar[] {
  const sessions = weekdays(sessionCount);
  const bars: RawBar[] = [];
  for (const [g, group] of GROUPS.entries()) {
    const factor = walk(11 + g, sessionCount);
    for (let k = 0; k < PER_GROUP; k++) {
      const ticker = `${group}${k}`;
      const normal = normals(100 * g + k + 1);
      let spread = 0;
      let shares = 1;
      for (const [t, session] of sessions.entries()) {
        spread = 0.7 * spread + 0.006 * normal();
        const gap = 0.002 * normal();
        const split = ticker === "A1" && t % 70 === 60 ? 3 : 1;
        shares *= split;
        if (ticker === "A2" && t % 37 === 5) continue;
        if (ticker === "C3" && t >= 0.7 * sessionCount) break;
        const close = 20 * (1 + 0.3 * k) * factor[t]! * Math.exp(spread) / shares;
        const open = ticker === "B2" ? null : close * Math.exp(gap);
        bars.push(rawBar(ticker, session, close, {
          open,
          high: Math.max(close, open ?? 0),
          low: Math.min(close, open ?? Infinity),
          vwap: ticker === "A1" ? (close + 2 * (open ?? close)) / 3 : null,
          dividend: ticker === "B1" && t % 20 === 10 ? 0.003 * close : 0,
          split,
        }));
      }
    }
  }
  return bars;
}
