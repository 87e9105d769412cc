import { table } from "../../engine/mod.ts";
import { type VendorBar, VendorError, type VendorOptions } from "../../resources/market_data/mod.ts";
import {
  moveAmong,
  type MoveInto,
  type ReportedSplit,
  settledSplits,
  splitsInDoubt,
} from "../market/corporate_events.ts";
import { RawSplit } from "../market/raw_splits.ts";
import { RejectedRows, rowsUsable } from "../market/rejected_rows.ts";
import { rowsWithRetry } from "./rows_with_retry.ts";
import { firstSession, isKnownDate, newestSession, sessionFrom } from "./history.ts";
import { rawTickers } from "./raw_tickers.ts";
import { asset, type VendorResources } from "./vendor_resources.ts";

/**
 * Splits of the followed instruments up to the newest session. They are few: the whole list is read again in each session, so
 * that late additions are found at any date.
 *
 * A split that the vendor lists twice, under two ids or on near dates, counts once: see {@link settledSplits}. If this requires
 * prices, the ticker's bars of these days are requested, with a call each.
 *
 * Announced splits are in the metadata, not in the rows: a row adjusts all earlier prices, which must not happen before the
 * split.
 */
export const rawSplits = asset({
  key: "raw_splits",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Splits from the vendor: divisors of earlier prices.",
  deps: { tickers: rawTickers },
  row: RawSplit,
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  codeVersion: "2",
  checks: [rowsUsable()],
  pool: "vendor",
  source: ({ resources, clock }) => Promise.resolve(`${newestSession({ resources, clock })} ${resources.historyFrom}`),

  async materialize({ inputs, resources, clock, signal }) {
    const followed = new Set((await inputs.tickers.rows()).map(({ ticker }) => ticker));
    const rejected = new RejectedRows((ticker) => followed.has(ticker));
    let calls = 0;
    const query = { from: firstSession({ resources }), signal, onRequest: () => calls++ };
    const announced = await rowsWithRetry({
      all: (onUnusable) => resources.vendor.splits({ ...query, onUnusable }),
      one: (ticker, onUnusable) => resources.vendor.splits({ ...query, ticker, onUnusable }),
    }, { isWanted: (ticker) => followed.has(ticker), onUnusable: rejected.add });
    const newest = newestSession({ resources, clock });
    const wanted = announced.filter(({ ticker }) => followed.has(ticker));
    for (const { id, ticker, executionDate } of wanted) {
      if (isKnownDate(executionDate)) continue;
      rejected.add({ ticker, session: null, place: `split ${id}`, reason: `no session is known of ${executionDate}` });
    }
    const reported: ReportedSplit[] = wanted.filter(({ executionDate }) => isKnownDate(executionDate)).map((
      { id, ticker, executionDate, ratio },
    ) => ({
      ticker,
      session: sessionFrom(executionDate),
      ratio,
      place: `split ${id}`,
    }));
    const moveInto = await movesAround(splitsInDoubt(reported), {
      newest,
      resources,
      signal,
      onRequest: () => calls++,
    });
    const { events, repeated } = settledSplits(reported, { moveInto, onContradiction: rejected.add });
    const { happened = [], ahead = [] } = Object.groupBy(
      events,
      ({ session }) => session <= newest ? "happened" : "ahead",
    );
    return {
      rows: happened,
      metadata: {
        source: resources.vendor.name,
        calls,
        repeated_events: repeated,
        ...rejected.metadata,
        announced: table(["ticker", "session", "ratio"], ahead.map((one) => [one.ticker, one.session, one.ratio])),
      },
    };
  },
});

/** Days around a split in which a rarely traded ticker has a bar. */
const DAYS_AROUND = 14;

/** Moves of prices in these spans; unknown if the vendor refuses the bars, such as for dates outside the plan. */
async function movesAround(
  spans: readonly { ticker: string; from: string; to: string }[],
  { newest, resources, ...options }: { newest: string; resources: Pick<VendorResources, "vendor"> } & VendorOptions,
): Promise<MoveInto> {
  const closesOf = new Map<string, VendorBar[]>();
  for (const { ticker, from, to } of spans) {
    if (from > newest) continue;
    const end = daysAfter(to, DAYS_AROUND);
    try {
      const bars = await resources.vendor.tickerBars(ticker, {
        from: daysAfter(from, -DAYS_AROUND),
        to: end < newest ? end : newest,
        ...options,
      });
      closesOf.set(ticker, bars.filter(({ close }) => close > 0).sort((a, b) => a.session < b.session ? -1 : 1));
    } catch (error) {
      if (!(error instanceof VendorError) || error.retryable || error.stopsFurtherCalls) throw error;
    }
  }
  return (ticker, session) => moveAmong(closesOf.get(ticker) ?? [], session);
}

function daysAfter(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}
