import { identity, reads } from "../../engine/mod.ts";
import { nyse } from "../../resources/exchange_calendar/mod.ts";
import {
  MarketDataError,
  type UnusableRow,
  type VendorBar,
  type VendorOptions,
} from "../../resources/market_data/mod.ts";
import type { Call } from "../../resources/market_data/call_cover.ts";
import { RawDailyBar } from "../market/raw_daily_bars.ts";
import { RejectedRows, rowsUsable } from "../market/rejected_rows.ts";
import { rowsWithRetry } from "./rows_with_retry.ts";
import { barCalls, cutByCall } from "./bar_calls.ts";
import { firstSession, newestSession, settledFrom } from "./history.ts";
import { listedSpans, onlyWhichPartitions } from "./listing.ts";
import { rawDividends } from "./raw_dividends.ts";
import { rawSplits } from "./raw_splits.ts";
import { rawTickers } from "./raw_tickers.ts";
import { asset, type VendorResources } from "./vendor_resources.ts";

type Values = Pick<VendorBar, "open" | "high" | "low" | "close" | "volume">;
const values = ["open", "high", "low", "close", "volume"] as const;

/**
 * Unadjusted daily bars from the vendor, with the fewest calls: a session of all tickers per call if many lack it, a ticker over
 * its sessions if few do. The last sessions are read again after each close, because they may be corrected.
 */
export const rawDailyBars = asset({
  key: "raw_daily_bars",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Daily bars exactly as received from the vendor, impossible and repeated ones included.",
  deps: {
    tickers: reads(rawTickers, onlyWhichPartitions),
    splits: reads(rawSplits, identity),
    dividends: reads(rawDividends, identity),
  },
  row: RawDailyBar,
  primaryKey: ["ticker", "session", "occurrence"],
  partitionedBy: { name: "ticker", date: "session" },
  checks: [rowsUsable()],
  pool: "vendor",
  source: ({ resources, clock }) => Promise.resolve(newestSession({ resources, clock })),
  partitionsDef: {
    async wanted({ upstream, resources, clock }) {
      return {
        ...await listedSpans(upstream.tickers, (day) => nyse.previousSession(day)),
        dates: nyse.sessionsBetween(firstSession({ resources }), newestSession({ resources, clock })),
      };
    },
    // Keeps the history of instruments that are no longer followed.
    gone: "keep",
    chunks: cutByCall,
    calls: (partitions) => barCalls(partitions).length,
    callsPerMinute: ({ vendor }) => vendor.callsPerMinute,
    due: settledFrom,
  },

  async materialize({ inputs, partitions, before, resources, signal, progress }) {
    let calls = 0;
    const planned = barCalls(partitions);
    const bars: VendorBar[] = [];
    const followed = new Set(partitions.names);
    const rejected = new RejectedRows((ticker) => followed.has(ticker));
    // A session's response includes every ticker that traded.
    const onUnusable = (row: UnusableRow) => {
      const { ticker, session } = row;
      if (ticker === null || session === null || partitions.has(ticker, session)) rejected.add(row);
    };
    for (const [i, call] of planned.entries()) {
      const options = { signal, onRequest: () => calls++ };
      const answered = await rowsWithRetry({
        all: (onUnusable) => ask(resources, call, { ...options, onUnusable }),
        one: (ticker, onUnusable) => resources.vendor.tickerBars(ticker, { ...rangeOf(call), ...options, onUnusable }),
      }, { isWanted: (ticker, session) => session !== null && partitions.has(ticker, session), onUnusable });
      for (const bar of answered) if (partitions.has(bar.ticker, bar.session)) bars.push(bar);
      progress(i + 1, planned.length);
    }
    const [known, splits, dividends] = await Promise.all([
      before.rows(),
      inputs.splits.rows(),
      inputs.dividends.rows(),
    ]);
    const ratios = new Map(splits.map(({ ticker, session, ratio }) => [`${ticker} ${session}`, ratio]));
    const paid = new Map(dividends.map(({ ticker, session, cash }) => [`${ticker} ${session}`, cash]));
    const occurrences = new Map<string, number>();
    const rows = bars.map((bar) => {
      const { ticker, session } = bar;
      const partition = `${ticker} ${session}`;
      const occurrence = (occurrences.get(partition) ?? 0) + 1;
      occurrences.set(partition, occurrence);
      const received = Object.fromEntries(
        values.map((name) => [name, Number.isFinite(bar[name]) ? bar[name] : null]),
      ) as Record<keyof Values, number | null>;
      return {
        ticker,
        session,
        occurrence,
        ...received,
        vwap: bar.vwap,
        dividend: paid.get(partition) ?? 0,
        split: ratios.get(partition) ?? 1,
      };
    });
    return {
      rows,
      metadata: {
        source: resources.vendor.name,
        calls,
        bars: rows.length,
        cells_without_bar: partitions.count - occurrences.size,
        restated: restated(known, rows),
        ...rejected.metadata,
      },
    };
  },
});

async function ask({ vendor }: Pick<VendorResources, "vendor">, call: Call, options: VendorOptions) {
  if (call.kind === "ticker") {
    return await vendor.tickerBars(call.ticker, { ...rangeOf(call), ...options });
  }
  const bars = await vendor.sessionBars(call.session, options);
  // Correct for a holiday; for a session it would mean that no ticker traded.
  if (bars.length === 0) {
    throw new MarketDataError(
      `The vendor has no bar of any instrument for ${call.session}, on which the exchange traded. Try again later.`,
      { retryable: true },
    );
  }
  return bars;
}

function rangeOf(call: Call): { from: string; to: string } {
  return call.kind === "ticker" ? { from: call.from, to: call.to } : { from: call.session, to: call.session };
}

/** Number of previously known bars that are now missing or different. */
function restated(before: readonly Record<string, unknown>[], now: readonly Record<string, unknown>[]): number {
  const keyOf = ({ ticker, session, occurrence }: Record<string, unknown>) => `${ticker} ${session} ${occurrence}`;
  const found = new Map(now.map((bar) => [keyOf(bar), bar]));
  return before.filter((bar) => {
    const same = found.get(keyOf(bar));
    return !same || values.some((name) => bar[name] !== same[name]);
  }).length;
}
