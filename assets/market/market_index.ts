import { z } from "zod";
import { assetOut } from "../resources.ts";
import { returnOf, type TradedBars } from "./traded_bars.ts";

const IndexDay = z.object({
  session: z.iso.date(),
  daily_return: z.number().describe(
    "Mean return of the tickers with a close in this complete session and in the one before, dividends included; 0 if there are none",
  ),
  tickers: z.int().min(0).describe("Number of these tickers"),
});

/**
 * An index of all tickers in equal weights, rebalanced at each close: the default benchmark of portfolios.
 *
 * A ticker without a close in either session is omitted from that return. Losses at delisting are not included, because bars do
 * not contain them. Made with `sessions`, which reads the same bars and determines complete sessions.
 */
export const marketIndex = assetOut({
  key: "market_index",
  module: import.meta,
  group: "market",
  layer: "silver",
  description: "Equal-weighted return of all tickers by session, dividends included.",
  row: IndexDay,
  primaryKey: ["session"],
  partitionedBy: { date: "session" },
});

/** The index in each session of the bars; 0 in the first. */
export function indexOf({ sessions, legs }: TradedBars): z.output<typeof IndexDay>[] {
  const sum = new Float64Array(sessions.length);
  const count = new Uint32Array(sessions.length);
  for (const leg of legs.values()) {
    for (let t = 1; t < sessions.length; t++) {
      const value = returnOf(leg, t);
      if (Number.isNaN(value)) continue;
      sum[t]! += value;
      count[t]!++;
    }
  }
  return sessions.map((session, t) => ({
    session,
    daily_return: count[t] === 0 ? 0 : sum[t]! / count[t]!,
    tickers: count[t]!,
  }));
}
