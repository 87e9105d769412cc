import { z } from "zod";
import { eager, earliest, lastSessions, median, reads, sessionDeadline } from "../../engine/mod.ts";
import { asset, type SharedResources } from "../resources.ts";
import { barFault } from "./bar_judgement.ts";
import { noTickerVanished, sessionComplete, sessionsComplete } from "./coverage_checks.ts";
import { indexOf, marketIndex } from "./market_index.ts";
import { rawDailyBars } from "./raw_daily_bars.ts";
import { ReceivedBars } from "./traded_bars.ts";

/**
 * Previous sessions whose median number of tickers is the usual one. Ten, so that a run of days on which only some markets of a
 * mixed file trade never becomes usual (Good Friday to Easter Monday are four), and a permanently lower number becomes usual
 * after six.
 */
const comparedSessions = 10;

/** Number of vanished tickers listed in a row. */
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
 * Dates of received bars, evaluated by coverage before gaps are filled.
 *
 * Only complete sessions count: for as-of sessions, clean prices, windows of the walk-forward and the deadline. Bars of
 * incomplete ones stay in `daily_bars`. A session is compared with earlier ones only, so that a complete session stays complete.
 */
export const sessions = asset({
  key: "sessions",
  module: import.meta,
  group: "market",
  layer: "silver",
  description: "Sessions by coverage: number of tickers with a usable close, usual number, and completeness.",
  // The sessions that a session is compared with, and those that these are compared with.
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
  // An hour after the default start of the daily schedule.
  freshness: sessionDeadline<SharedResources>({
    calendar: ({ calendar }) => calendar,
    by: "19:30",
    timeZone: "America/New_York",
    column: "session",
    where: "complete",
  }),

  async materialize({ inputs, partitions, config: { completeShare } }) {
    const wanted = new Set(partitions.dates);
    const usable = new Map<string, string[]>();
    const received = new Map<string, number>();
    for (const session of wanted) usable.set(session, []);
    const bars = await ReceivedBars.read(inputs.bars, (part) => {
      part.session.forEach((session, i) => {
        let tickers = usable.get(session);
        if (!tickers) usable.set(session, tickers = []);
        received.set(session, (received.get(session) ?? 0) + 1);
        if (barFault(part, i) === undefined) tickers.push(part.ticker[i]!);
      });
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
      const count = received.get(session) ?? 0;
      return [{
        session,
        tickers: tickers.length,
        usual,
        complete,
        received: count,
        rejected: count - tickers.length,
        vanished: vanished.length,
        vanished_tickers: vanished.slice(0, mostNamed),
      }];
    });
    const complete = new Set(judged.filter(({ complete }) => complete).map(({ session }) => session));
    const index = indexOf(bars.traded(complete)).filter(({ session }) => wanted.has(session));
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

/** The complete sessions, in the given order. */
export function completeSessions(rows: readonly Pick<SessionRow, "session" | "complete">[]): string[] {
  return rows.filter(({ complete }) => complete).map(({ session }) => session);
}

/**
 * The last complete session before all of some formations: bars are read from there on, because events of incomplete sessions after it
 * take effect in the first session of a formation.
 */
export function sessionBefore(
  received: readonly Pick<SessionRow, "session" | "complete">[],
  formations: readonly { formation_first_session: string }[],
): string {
  const first = earliest(...formations.map(({ formation_first_session }) => formation_first_session)) ?? "9999-12-31";
  return received.findLast(({ session, complete }) => complete && session < first)?.session ?? "0001-01-01";
}
