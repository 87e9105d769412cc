import { z } from "zod";
import { asOfSessions, type Cadence, lastSessions, type Mapping } from "../../engine/mod.ts";
import { cleanPrices, type PriceMatrix } from "../../quant/mod.ts";
import { nyse } from "../../resources/exchange_calendar/mod.ts";
import type { BarColumns } from "../market/bar_judgement.ts";
import { CleaningConfig } from "../market/clean_prices.ts";
import { closesWithin, tradedBars } from "../market/traded_bars.ts";

/** The Hurst exponent of a shorter spread means nothing. */
export const fewestSessions = 100;

/** As-of sessions that are made at once, so that the bars they share are read once. */
export const asOfSessionsPerPart = 13;

/**
 * What a search as of a session looks at. `pair_clusters` and `cointegrated_pairs` must have the same: one finds the clusters, the
 * other tests what is in them.
 */
export const AsOfConfig = z.strictObject({
  formationSessions: z.int().min(fewestSessions).max(5000).nullable().default(504).describe(
    "Sessions up to the as-of session that are read; 252 are a year, null is all that were known then",
  ),
  ...CleaningConfig.shape,
});

/** The column that says for which as-of session a row holds. */
export const asOfColumn = z.iso.date().describe("The session after whose close this was known: nothing later was read");

/** What a cell reads of `raw_daily_bars`: the sessions of its formation, and none after its as-of session. */
export function formation({ formationSessions }: z.output<typeof AsOfConfig>): Mapping {
  return lastSessions(formationSessions ?? Infinity);
}

const known = new Map<string, string[]>();

/**
 * As-of sessions by the exchange's calendar in sessions of which there are bars, from the first that has {@link fewestSessions} to look
 * at.
 *
 * @param sessions Ascending.
 */
export function asOfDates(sessions: readonly string[], every: Cadence): string[] {
  // Bars are stored as received: a date that no exchange knows must not keep anybody from the others.
  const first = sessions.findIndex((session) => session >= nyse.firstDate);
  const end = sessions.findLastIndex((session) => session < nyse.lastDate) + 1;
  const within = first < 0 ? [] : sessions.slice(first, end);
  const [from, to] = [within[fewestSessions - 1], within.at(-1)];
  if (from === undefined || to === undefined) return [];
  // Asked for whenever staleness is judged, and some milliseconds for some years.
  const key = `${every} ${from} ${to}`;
  let dates = known.get(key);
  if (!dates) {
    dates = asOfSessions(within, { calendar: nyse, every, after: fewestSessions });
    if (known.size > 100) known.clear();
    known.set(key, dates);
  }
  return dates;
}

/** What was known as of a session. */
export interface AsOf {
  as_of: string;
  /** Closes cleaned by what was known then, in the shares of the as-of session. */
  matrix: PriceMatrix;
}

/**
 * Closes as of each of some sessions, cleaned as `clean_prices` cleans them, each from its own formation alone.
 *
 * @param bars At least the formation of each as-of session, in key order.
 * @throws {RangeError} On use, if a formation has fewer than {@link fewestSessions} sessions of bars that can be used.
 */
export function* closesAsOf(
  bars: BarColumns,
  dates: readonly string[],
  { formationSessions, rule, maxStaleSessions }: z.output<typeof AsOfConfig>,
): Generator<AsOf> {
  const received = [...new Set(bars.session)].sort();
  const traded = tradedBars(bars);
  for (const as_of of dates) {
    const until = received.findLastIndex((session) => session <= as_of) + 1;
    const first = received[Math.max(0, until - (formationSessions ?? Infinity))]!;
    const start = traded.sessions.findIndex((session) => session >= first);
    const end = traded.sessions.findLastIndex((session) => session <= as_of) + 1;
    if (until === 0 || start < 0 || end - start < fewestSessions) {
      throw new RangeError(
        `raw_daily_bars has ${
          Math.max(0, end - Math.max(0, start))
        } sessions with usable bars up to ${as_of}; searching for pairs needs at least ${fewestSessions}. Give market data of more sessions.`,
      );
    }
    const { matrix } = cleanPrices(closesWithin(traded, start, end), { rule, maxStaleSessions });
    yield { as_of, matrix };
  }
}
