import { z } from "zod";
import { eager, lastSessions, median, reads, sessionDeadline } from "../../engine/mod.ts";
import { asset, type SharedResources } from "../resources.ts";
import { barColumnNames, barFault } from "./bar_judgement.ts";
import { noTickerVanished, sessionComplete, sessionsComplete } from "./coverage_checks.ts";
import { indexOf, marketIndex } from "./market_index.ts";
import { rawDailyBars } from "./raw_daily_bars.ts";
import { tradedBars } from "./traded_bars.ts";

/**
 * Sessions before one, of which the median number of tickers is usual. Ten, so that no run of days on which only some markets of a
 * mixed file trade becomes usual (Good Friday to Easter Monday are four), and so that a number that has fallen for good does after six.
 */
const comparedSessions = 10;

/** Vanished tickers that are named. */
const mostNamed = 50;

const Session = z.object({
  session: z.iso.date(),
  tickers: z.int().min(0).describe("Tickers with a usable close, before any gap is filled"),
  usual: z.number().nullable().describe(
    `Median number of tickers in the ${comparedSessions} sessions before; null in the first`,
  ),
  complete: z.boolean().describe("Whether it has enough of the usual tickers to count as a session"),
  received: z.int().min(0).describe("Bars received"),
  rejected: z.int().min(0).describe("Those of them that are unusable"),
  vanished: z.int().min(0).describe("Tickers of the previous complete session without a usable close in this one"),
  vanished_tickers: z.array(z.string()).describe(`The first ${mostNamed} of them`),
});

/** Settings of `sessions`. */
export const SessionsConfig = z.strictObject({
  completeShare: z.number().gt(0).max(1).default(2 / 3).describe(
    "Share of the usual number of tickers that makes a session complete",
  ),
});

/**
 * The dates of which bars were received, judged by coverage before any gap is filled.
 *
 * Only a complete session is one of the market: as-of sessions, clean prices, windows of the walk-forward and the deadline count no other.
 * The bars of an incomplete one stay in `daily_bars`. A session is compared with those before it and never with later ones, so that what
 * was complete on its day stays so.
 */
export const sessions = asset({
  key: "sessions",
  module: import.meta,
  group: "market",
  layer: "silver",
  description: "Sessions by coverage: number of tickers with a usable close, usual number, and completeness.",
  // Those that a session is compared with, and those that they are compared with.
  deps: { bars: reads(rawDailyBars, lastSessions(2 * comparedSessions + 1)) },
  outs: { index: marketIndex },
  automation: eager(),
  config: SessionsConfig,
  row: Session,
  primaryKey: ["session"],
  partitionedBy: { date: "session" },
  partitionsDef: {
    wanted: ({ upstream: { bars } }) => ({ dates: bars.space.dates }),
  },
  checks: [sessionComplete(), sessionsComplete(), noTickerVanished()],
  // An hour after the daily schedule begins, unless that is set to another time.
  freshness: sessionDeadline<SharedResources>({
    calendar: ({ calendar }) => calendar,
    by: "19:30",
    timeZone: "America/New_York",
    column: "session",
    where: "complete",
  }),

  async materialize({ inputs, partitions, config: { completeShare } }) {
    const bars = await inputs.bars.columns(...barColumnNames);
    const wanted = new Set(partitions.dates);
    const usable = new Map<string, string[]>();
    const received = new Map<string, number>();
    for (const session of wanted) usable.set(session, []);
    bars.session.forEach((session, i) => {
      let tickers = usable.get(session);
      if (!tickers) usable.set(session, tickers = []);
      received.set(session, (received.get(session) ?? 0) + 1);
      if (barFault(bars, i) === undefined) tickers.push(bars.ticker[i]!);
    });
    const dates = [...usable.keys()].sort();
    const judged = dates.map((session, at) => {
      const before = dates.slice(Math.max(0, at - comparedSessions), at);
      const usual = before.length === 0 ? null : median(before.map((date) => usable.get(date)!.length));
      const enough = (count: number) => count > 0 && count >= completeShare * (usual ?? 0);
      return { session, before, usual, enough, complete: enough(usable.get(session)!.length) };
    });
    const rows = judged.flatMap(({ session, before, usual, enough, complete }) => {
      if (!wanted.has(session)) return [];
      const tickers = usable.get(session)!;
      const last = before.findLast((date) => enough(usable.get(date)!.length));
      const there = new Set(tickers);
      const vanished = last === undefined ? [] : usable.get(last)!.filter((ticker) => !there.has(ticker));
      const bars = received.get(session) ?? 0;
      return [{
        session,
        tickers: tickers.length,
        usual,
        complete,
        received: bars,
        rejected: bars - tickers.length,
        vanished: vanished.length,
        vanished_tickers: vanished.slice(0, mostNamed),
      }];
    });
    const complete = new Set(judged.filter(({ complete }) => complete).map(({ session }) => session));
    const index = indexOf(tradedBars(bars, complete)).filter(({ session }) => wanted.has(session));
    const incomplete = rows.filter(({ complete }) => !complete).map(({ session }) => session);
    return {
      rows,
      metadata: {
        newest_complete: rows.findLast(({ complete }) => complete)?.session ?? "none",
        incomplete: incomplete.length,
        ...(incomplete.length > 0 && { incomplete_sessions: incomplete.slice(-20).join(" ") }),
      },
      outs: { index: { rows: index } },
    };
  },
});

/** A row of `sessions`. */
export type SessionRow = z.output<typeof Session>;

/** The complete ones of some sessions, ascending as they come. */
export function completeSessions(rows: readonly Pick<SessionRow, "session" | "complete">[]): string[] {
  return rows.filter(({ complete }) => complete).map(({ session }) => session);
}
