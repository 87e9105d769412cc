import { reads } from "../../engine/mod.ts";
import { nyse } from "../../resources/exchange_calendar/mod.ts";
import { repeatedWithinDays, type ReportedDividend, settledDividends } from "../market/corporate_events.ts";
import { RawDividend } from "../market/raw_dividends.ts";
import { RejectedRows, rowsUsable } from "../market/rejected_rows.ts";
import { rowsWithRetry } from "./rows_with_retry.ts";
import { firstSession, isKnownDate, newestSession, sessionFrom, settledFrom } from "./history.ts";
import { listedTickers, onlyWhichPartitions } from "./listing.ts";
import { rawTickers } from "./raw_tickers.ts";
import { cutIntoSpans, spanOf } from "./spans.ts";
import { asset } from "./vendor_resources.ts";

/** Days ahead for which announced dividends are read. */
const AHEAD_DAYS = 60;

/**
 * A quarter: dividends may be restated or withdrawn until the next report of their company. Reading it takes some pages more than
 * a week does.
 */
const RESTATED_SESSIONS = 63;

/**
 * Dividends of the followed instruments by ex-date, including announced ones. There are many: after the first read, only the last
 * quarter and future dates are read again. A dividend that the vendor lists twice counts once: see {@link settledDividends}.
 */
export const rawDividends = asset({
  key: "raw_dividends",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Cash dividends by ex-date since the history begins, announced ones included.",
  deps: { tickers: reads(rawTickers, onlyWhichPartitions) },
  row: RawDividend,
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  codeVersion: "2",
  checks: [rowsUsable()],
  pool: "vendor",
  source: ({ resources, clock }) => Promise.resolve(newestSession({ resources, clock })),
  partitionsDef: {
    async wanted({ upstream, resources, clock }) {
      const newest = newestSession({ resources, clock });
      const end = Temporal.PlainDate.from(newest).add({ days: AHEAD_DAYS }).toString();
      return {
        names: (await listedTickers(upstream.tickers)).map(({ ticker }) => ticker),
        dates: nyse.sessionsBetween(firstSession({ resources }), end),
      };
    },
    gone: "keep",
    chunks: (partitions) => cutIntoSpans(partitions),
    // A lower bound: a full response continues on further pages.
    calls: (partitions) => cutIntoSpans(partitions).length,
    callsPerMinute: ({ vendor }) => vendor.callsPerMinute,
    due: (date, newest) => settledFrom(date, newest, RESTATED_SESSIONS),
  },

  async materialize({ partitions, resources, signal }) {
    const { from, to, ticker } = spanOf(partitions);
    const followed = new Set(partitions.names);
    const rejected = new RejectedRows((one) => followed.has(one));
    let calls = 0;
    const query = { from: tellingFrom(from), to, ticker, signal, onRequest: () => calls++ };
    const announced = await rowsWithRetry({
      all: (onUnusable) => resources.vendor.dividends({ ...query, onUnusable }),
      one: (ticker, onUnusable) => resources.vendor.dividends({ ...query, ticker, onUnusable }),
    }, { isWanted: (ticker) => followed.has(ticker), onUnusable: rejected.add });
    const reported: ReportedDividend[] = [];
    let otherCurrency = 0;
    for (const { id, ticker, exDate, cash, currency, distributionType } of announced) {
      if (!followed.has(ticker) || cash === 0) continue;
      if (!isKnownDate(exDate)) {
        rejected.add({ ticker, session: null, place: `dividend ${id}`, reason: `no session is known of ${exDate}` });
        continue;
      }
      const session = sessionFrom(exDate);
      if (currency === null || currency === "USD") {
        reported.push({ ticker, session, cash, kind: distributionType, place: `dividend ${id}` });
      } else if (partitions.has(ticker, session)) otherCurrency++;
    }
    const { events, repeated } = settledDividends(reported, {
      onContradiction: (row) => partitions.has(row.ticker, row.session) && rejected.add(row),
    });
    return {
      rows: events.filter(({ ticker, session }) => partitions.has(ticker, session)),
      metadata: {
        source: resources.vendor.name,
        calls,
        left_out_in_other_currency: otherCurrency,
        repeated_events: repeated,
        ...rejected.metadata,
      },
    };
  },
});

/**
 * The first date with dividends that affect a session: an ex-date without trading counts for the next session, and dividends
 * repeated within some days count once.
 */
function tellingFrom(session: string): string {
  const afterSessionBefore = Temporal.PlainDate.from(nyse.previousSession(session)).add({ days: 1 }).toString();
  const repeatedFrom = Temporal.PlainDate.from(session).subtract({ days: repeatedWithinDays }).toString();
  return afterSessionBefore < repeatedFrom ? afterSessionBefore : repeatedFrom;
}
