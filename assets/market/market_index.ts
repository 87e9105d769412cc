import { z } from "zod";
import { eager, lastSessions, reads } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { barColumnNames } from "./bar_judgement.ts";
import { rawDailyBars } from "./raw_daily_bars.ts";
import { completeSessions, type SessionRow, sessions } from "./sessions.ts";
import { returnOf, type TradedBars, tradedBars } from "./traded_bars.ts";

/** Sessions among which the complete one before a session is looked for: no so many in a row are incomplete, see `sessions`. */
const sessionsBack = 30;

const IndexDay = z.object({
  session: z.iso.date(),
  daily_return: z.number().describe(
    "Mean return of the tickers with a close in this complete session and in the one before, dividends included; 0 where there are none",
  ),
  tickers: z.int().min(0).describe("How many they are"),
});

/**
 * An index that holds every ticker in equal parts, set anew at each close: what portfolios are set against unless a ticker is named.
 *
 * A ticker without a close in either session is left out of that return. What a ticker loses when it is delisted is not in it, for no bar
 * says it.
 */
export const marketIndex = asset({
  key: "market_index",
  module: import.meta,
  group: "market",
  layer: "silver",
  description: "Return of all tickers in equal parts, session by session, dividends included.",
  // As received, because adjusted prices know of the splits to come. The judgement of `daily_bars` must hold all the same.
  deps: {
    bars: reads(rawDailyBars, lastSessions(sessionsBack)),
    sessions: reads(sessions, lastSessions(sessionsBack)),
  },
  automation: eager(),
  after: ["daily_bars"],
  row: IndexDay,
  primaryKey: ["session"],
  partitionedBy: { date: "session" },
  partitionsDef: {
    wanted: async ({ upstream }) => ({
      dates: completeSessions(await upstream.sessions.rows() as readonly SessionRow[]),
    }),
  },

  async materialize({ inputs, partitions }) {
    const complete = new Set(completeSessions(await inputs.sessions.rows()));
    const bars = tradedBars(await inputs.bars.columns(...barColumnNames), complete);
    const wanted = new Set(partitions.dates);
    return { rows: indexOf(bars).filter(({ session }) => wanted.has(session)) };
  },
});

/** The index in each session of some bars; 0 in the first. */
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
