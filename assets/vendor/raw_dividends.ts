import { reads } from "../../engine/mod.ts";
import { nyse } from "../../resources/exchange_calendar/mod.ts";
import { RawDividend } from "../market/raw_dividends.ts";
import { firstSession, newestSession, sessionFrom, settledFrom } from "./history.ts";
import { listedTickers, onlyWhichCells } from "./listing.ts";
import { rawTickers } from "./raw_tickers.ts";
import { cutIntoSpans, spanOf } from "./spans.ts";
import { asset } from "./vendor_resources.ts";

/** How far ahead dividends are looked for that are only announced. */
const AHEAD_DAYS = 60;

/**
 * Dividends of the followed instruments by ex-date, announced ones included. There are many: once read, only the last sessions and
 * what is to come are read again.
 */
export const rawDividends = asset({
  key: "raw_dividends",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Cash dividends by ex-date since the history begins, announced ones included.",
  deps: { tickers: reads(rawTickers, onlyWhichCells) },
  row: RawDividend,
  primaryKey: ["ticker", "session"],
  cells: { name: "ticker", date: "session" },
  pool: "vendor",
  source: ({ resources, clock }) => Promise.resolve(newestSession({ resources, clock })),
  partitions: {
    async wanted({ upstream, resources, clock }) {
      const newest = newestSession({ resources, clock });
      const end = Temporal.PlainDate.from(newest).add({ days: AHEAD_DAYS }).toString();
      return {
        names: (await listedTickers(upstream.tickers)).map(({ ticker }) => ticker),
        dates: nyse.sessionsBetween(firstSession({ resources, clock }), end),
      };
    },
    gone: "keep",
    chunks: (cells) => cutIntoSpans(cells),
    // At least so many: a full answer goes on on further pages.
    calls: (cells) => cutIntoSpans(cells).length,
    callsPerMinute: ({ vendor }) => vendor.callsPerMinute,
    due: settledFrom,
  },

  async materialize({ cells, resources, signal }) {
    const { from, to, ticker } = spanOf(cells);
    let calls = 0;
    const announced = await resources.vendor.dividends({
      // An ex-date without trading counts for the session after it.
      from: Temporal.PlainDate.from(nyse.previousSession(from)).add({ days: 1 }).toString(),
      to,
      ticker,
      signal,
      onRequest: () => calls++,
    });
    const paid = new Map<string, { ticker: string; session: string; cash: number }>();
    let otherCurrency = 0;
    for (const { ticker, exDate, cash, currency } of announced) {
      const session = sessionFrom(exDate);
      if (!cells.has(ticker, session)) continue;
      if (currency !== null && currency !== "USD") {
        otherCurrency++;
        continue;
      }
      const before = paid.get(`${ticker} ${session}`)?.cash ?? 0;
      paid.set(`${ticker} ${session}`, { ticker, session, cash: before + cash });
    }
    return {
      rows: [...paid.values()],
      metadata: { source: resources.vendor.name, calls, left_out_in_other_currency: otherCurrency },
    };
  },
});
