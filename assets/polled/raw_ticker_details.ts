import { cutBy, reads, wholeSeries } from "../../engine/mod.ts";
import type { Clock } from "../../resources/clock.ts";
import { nyse } from "../../resources/exchange_calendar/mod.ts";
import { RawTickerDetails } from "../market/raw_ticker_details.ts";
import { RejectedRows, rowsUsable } from "../market/rejected_rows.ts";
import { listedTickers, onlyAfter } from "./listing.ts";
import { rawDailyBars } from "./raw_daily_bars.ts";
import { rawTickers } from "./raw_tickers.ts";
import { asset } from "./vendor_resources.ts";

/**
 * Details of the followed instruments, with a call each: when a ticker first appears, when its listing changes, and once a week.
 */
export const rawTickerDetails = asset({
  key: "raw_ticker_details",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Details of each instrument beyond its listing, fetched once a week from the vendor.",
  deps: { tickers: reads(rawTickers, wholeSeries), bars: reads(rawDailyBars, onlyAfter) },
  row: RawTickerDetails,
  primaryKey: ["ticker"],
  partitionedBy: { name: "ticker" },
  checks: [rowsUsable()],
  pool: "vendor",
  source: ({ clock }) => Promise.resolve(mondayOf(clock)),
  partitionsDef: {
    wanted: async ({ upstream }) => ({
      names: (await listedTickers(upstream.tickers)).map(({ ticker }) => ticker),
    }),
    chunks: cutBy({ names: 1 }),
    calls: (partitions) => partitions.count,
    callsPerMinute: ({ vendor }) => vendor.callsPerMinute,
  },

  async materialize({ inputs, partitions, resources, signal }) {
    const [ticker] = partitions.names as [string];
    const [listed] = await inputs.tickers.rows();
    const rejected = new RejectedRows();
    const details = await resources.vendor.tickerDetails(ticker, {
      // Delisted instruments have the details of their last session.
      ...(listed?.delisted_on != null && { asOfDate: nyse.previousSession(listed.delisted_on) }),
      onUnusable: rejected.add,
      signal,
    });
    return {
      metadata: rejected.metadata,
      rows: [{
        ticker,
        found: details !== null,
        name: details?.name ?? null,
        description: details?.description ?? null,
        homepage_url: details?.homepageUrl ?? null,
        list_date: details?.listDate ?? null,
        market_cap: details?.marketCap ?? null,
        sic_code: details?.sicCode ?? null,
        sic_description: details?.sicDescription ?? null,
        share_class_shares_outstanding: details?.shareClassSharesOutstanding ?? null,
        weighted_shares_outstanding: details?.weightedSharesOutstanding ?? null,
        total_employees: details?.totalEmployees ?? null,
        cik: details?.cik ?? null,
        composite_figi: details?.compositeFigi ?? null,
        share_class_figi: details?.shareClassFigi ?? null,
      }],
    };
  },
});

/** Monday of the current week in New York. */
function mondayOf(clock: Clock): string {
  const today = clock.now().toZonedDateTimeISO(nyse.timeZone).toPlainDate();
  return today.subtract({ days: today.dayOfWeek - 1 }).toString();
}
