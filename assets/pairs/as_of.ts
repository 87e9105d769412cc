import { z } from "zod";
import {
  asOfSessions,
  type Cadence,
  lastSessions,
  type PartitionMapping,
  type UpstreamPartitions,
  type Wanted,
} from "../../engine/mod.ts";
import { cleanPrices } from "../../quant/mod.ts";
import type { SourceCalendar } from "../../resources/exchange_calendar/mod.ts";
import { CleaningConfig, fewestSessions } from "../market/clean_prices.ts";
import { completeSessions, type SessionRow } from "../market/sessions.ts";
import { tradabilityWithin } from "../market/tradability.ts";
import { closesWithin, dividendsWithin, type ReceivedBars } from "../market/traded_bars.ts";
import type { Formation } from "./tested_prices.ts";

/** Number of as-of sessions made at once, so that the bars they share are read once. */
export const asOfSessionsPerPart = 13;

/**
 * Settings of a search as of a session. They must be equal in `pair_clusters`, which finds the clusters, and
 * `cointegrated_pairs`, which tests pairs from them.
 */
export const AsOfConfig = z.strictObject({
  formationSessions: z.int().min(fewestSessions).max(5000).nullable().default(504).describe(
    "Sessions up to the as-of session that are read; 252 are a year, null means all sessions known then",
  ),
  ...CleaningConfig.shape,
});

/** The as-of session of a row. */
export const asOfColumn = z.iso.date().describe("The session after whose close this was known, from no later data");

/** Partitions of `raw_daily_bars` that a partition reads: the sessions of its formation, none after its as-of session. */
export function formation({ formationSessions }: z.output<typeof AsOfConfig>): PartitionMapping {
  return lastSessions(formationSessions ?? Infinity);
}

/**
 * As-of sessions among the complete ones, from the first with at least {@link fewestSessions} sessions of data.
 *
 * @param complete Ascending.
 */
export function asOfDates(
  complete: readonly string[],
  { every, calendar }: { every: Cadence; calendar: Pick<SourceCalendar, "nextSession"> },
): string[] {
  return asOfSessions(complete, { calendar, every, after: fewestSessions });
}

/** The as-of sessions of an upstream asset: those it wants, and those it keeps. */
export function followed({ wanted, space }: UpstreamPartitions): Wanted {
  return { dates: wanted.dates, isDate: (date) => space.dateAt(date) >= 0 };
}

/** Closes known as of a session, cleaned with data known then, in shares of the as-of session. */
export interface AsOf extends Formation {
  as_of: string;
}

/** Inputs of a search as of a session. */
export interface FormationInputs {
  /** Bars of at least the formation of each as-of session; they are aligned in place. */
  bars: ReceivedBars;
  /** Rows of `sessions` for the same dates. */
  sessions: readonly Pick<SessionRow, "session" | "complete">[];
}

/**
 * Closes as of each of the sessions, each from its own formation only, cleaned as in `clean_prices`: the rule `tradable` uses
 * complete sessions, the rules of the originals all sessions.
 *
 * @throws {RangeError} On use, if a formation has fewer than {@link fewestSessions} usable sessions.
 */
export function* closesAsOf(
  { bars, sessions }: FormationInputs,
  dates: readonly string[],
  { formationSessions, ...cleaning }: z.output<typeof AsOfConfig>,
): Generator<AsOf> {
  const received = [...bars.sessions];
  const complete = cleaning.rule === "tradable" ? new Set(completeSessions(sessions)) : undefined;
  const traded = bars.traded(complete);
  for (const as_of of dates) {
    const until = received.findLastIndex((session) => session <= as_of) + 1;
    const first = received[Math.max(0, until - (formationSessions ?? Infinity))]!;
    const start = traded.sessions.findIndex((session) => session >= first);
    const end = traded.sessions.findLastIndex((session) => session <= as_of) + 1;
    if (until === 0 || start < 0 || end - start < fewestSessions) {
      throw new RangeError(tooFew(bars, { as_of, received: until, usable: Math.max(0, end - Math.max(0, start)) }));
    }
    const { matrix } = cleanPrices(closesWithin(traded, start, end), cleaning);
    yield {
      as_of,
      matrix,
      dividends: dividendsWithin(traded, start, end),
      tradability: tradabilityWithin(traded, start, end),
    };
  }
}

/** Error message with the number of usable sessions; tells whether more data or better data are needed. */
function tooFew(
  bars: ReceivedBars,
  { as_of, received, usable }: { as_of: string; received: number; usable: number },
): string {
  const need =
    `Searching for pairs as of ${as_of} needs ${fewestSessions} sessions, and ${usable} of the ${received} received up to it can be used`;
  if (received < fewestSessions) return `${need}. Give market data of more sessions.`;
  const rejected = [...bars.rejectedUntil(as_of)].sort((a, b) => b[1] - a[1]);
  const [most] = rejected;
  const cause = most
    ? `${rejected.reduce((sum, [, count]) => sum + count, 0)} of ${bars.count} bars are rejected, most because a bar ${
      most[0]
    } (${most[1]}); see rejected_bars`
    : "the others have too few tickers; see sessions";
  return `${need}: ${cause}. Correct the market data, or raise formationSessions.`;
}
