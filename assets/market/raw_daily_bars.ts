import { z } from "zod";
import { notEmpty, type PreviousVersion, rowCountBand } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import type { LaterBars, MarketData, UnusableRow } from "../../resources/market_data/mod.ts";
import { barKey, dividendsPaid, splitsOf, unusableBars } from "./bar_judgement.ts";
import { withSettledEvents } from "./corporate_events.ts";
import { mostUsable, noSessionMissing, withoutBars } from "./coverage_checks.ts";
import { datedInSessions, todayIn } from "./dated_bars.ts";
import { carriedBars } from "./later_bars.ts";
import { rawDividends } from "./raw_dividends.ts";
import { rawSplits } from "./raw_splits.ts";
import { reasonTable, rejectedBars, rejectedOutput } from "./rejected_bars.ts";
import { received } from "./received_bars.ts";
import { RejectedRows, rowsUsable } from "./rejected_rows.ts";

export const RawDailyBar = z.object({
  ticker: z.string().min(1),
  session: z.iso.date().describe("New York date of the trading session"),
  occurrence: z.int().describe("1 for the first bar of this ticker and session in the source, 2 for a repeated one, …"),
  open: z.number().nullable().describe("USD, not adjusted"),
  high: z.number().nullable(),
  low: z.number().nullable(),
  close: z.number().nullable(),
  volume: z.number().nullable().describe("Shares"),
  vwap: z.number().nullable().describe(
    "Volume-weighted average price in USD, not adjusted; null if missing in the source",
  ),
  dividend: z.number().nullable().describe("USD a share by ex-date; once even if the source repeats it"),
  split: z.number().nullable().describe(
    "New shares for one old, effective this session; once even if the source repeats it",
  ),
});

/**
 * Daily bars of sessions exactly as received, impossible and repeated ones included; splits and dividends are resolved.
 *
 * Bars dated on no session of the source's calendar, or after today, are only in `rejected_bars`: readers count the sessions of
 * this table.
 *
 * If the source has only added bars since the previous version, or changed newest ones, the rows begin there: see {@link carriedBars}.
 */
export const rawDailyBars = asset({
  key: "raw_daily_bars",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Daily bars of sessions exactly as received, impossible and repeated ones included.",
  row: RawDailyBar,
  primaryKey: ["ticker", "session", "occurrence"],
  partitionedBy: { name: "ticker", date: "session" },
  carriedOn: true,
  outs: { splits: rawSplits, dividends: rawDividends, rejected: rejectedBars },
  checks: [mostUsable(), notEmpty(), rowCountBand({ within: 0.5, severity: "warn" }), rowsUsable(), noSessionMissing()],
  codeVersion: "4",
  async source({ resources: { marketData, calendar }, clock }) {
    const today = todayIn(calendar, clock);
    // Bars dated after today are checked again each day, even if the source is unchanged.
    const ahead = (await marketData.newestDate?.() ?? "") > today;
    return `${await marketData.version()}, ${calendar.version}${ahead ? ` on ${today}` : ""}`;
  },

  async materialize({ previous, resources: { marketData, calendar }, clock, signal, progress }) {
    const today = todayIn(calendar, clock);
    const later = previous && await laterBars(previous, marketData);
    const carried = later && await carriedBars(previous, later, { calendar, today });
    if (carried) {
      const { from, counts, dated, rejected, allRejected: all } = carried;
      const source = sourceOf(marketData, later.version);
      return {
        rows: carried.rows,
        from,
        metadata: {
          ...source,
          calendar: calendar.name,
          repeated_events: counts.repeatedEvents,
          received_cells: counts.receivedCells,
          usable_cells: counts.usableCells,
          ...(all.length > 0 && { rejected_because: reasonTable(all) }),
          ...carried.missing,
        },
        outs: {
          splits: { rows: carried.splits, from, metadata: source },
          dividends: { rows: carried.dividends, from, metadata: { ...source, tickers: counts.dividendTickers } },
          rejected: { from, ...rejectedOutput(rejected, { received: counts.received, dated, all }) },
        },
      };
    }
    const unreadable = new RejectedRows();
    const unreadableBars = new Map<string, string[]>();
    const onUnusable = (row: UnusableRow) => {
      unreadable.add(row);
      if (row.ticker === null || row.session === null) return;
      const key = barKey(row.ticker, row.session);
      if (!unreadableBars.get(key)?.push(row.reason)) unreadableBars.set(key, [row.reason]);
    };
    const version = await marketData.version();
    const all = received(await marketData.dailyBars({ signal, onProgress: progress, onUnusable }));
    const { dated, rejected: misdated } = datedInSessions(all, { calendar, today, onLostEvent: unreadable.add });
    const { bars: rows, repeated } = withSettledEvents(dated, { onContradiction: unreadable.add });
    const unusable = unusableBars(rows, unreadableBars);
    const dividends = dividendsPaid(rows);
    const rejected = [...misdated, ...unusable];
    const firsts = (numbers: Float64Array) => numbers.reduce((sum, number) => sum + Number(number === 1), 0);
    const versionNow = await marketData.version();
    // Rows are carried on from a version, and must not count as another one's.
    const source = sourceOf(marketData, version === versionNow ? version : `${version} to ${versionNow}`);
    return {
      rows,
      metadata: {
        ...source,
        calendar: calendar.name,
        repeated_events: repeated,
        received_cells: firsts(all.occurrence),
        usable_cells: rows.ticker.length - unusable.length,
        ...(rejected.length > 0 && { rejected_because: reasonTable(rejected) }),
        ...withoutBars(dated.session, calendar),
        ...unreadable.metadata,
      },
      outs: {
        splits: { rows: splitsOf(rows), metadata: source },
        dividends: { rows: dividends, metadata: { ...source, tickers: new Set(dividends.ticker).size } },
        rejected: rejectedOutput(rejected, { received: all.ticker.length, dated }),
      },
    };
  },
});

/** What the source has more than the version it was read for, if it can tell. */
async function laterBars({ rows }: PreviousVersion, marketData: MarketData): Promise<LaterBars | null> {
  const { source_version: read } = await rows.metadata();
  return read?.type === "text" ? await marketData.barsSince?.(read.value) ?? null : null;
}

function sourceOf({ name, id }: MarketData, version: string) {
  return { source: name, ...(id !== undefined && { source_id: id }), source_version: version };
}
