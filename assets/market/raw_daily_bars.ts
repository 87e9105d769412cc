import { z } from "zod";
import { notEmpty, rowCountBand } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import type { UnusableRow } from "../../resources/market_data/mod.ts";
import { barKey, dividendsPaid, splitsOf, unusableBars } from "./bar_judgement.ts";
import { withSettledEvents } from "./corporate_events.ts";
import { mostUsable, noSessionMissing, withoutBars } from "./coverage_checks.ts";
import { datedInSessions, todayIn } from "./dated_bars.ts";
import { rawDividends } from "./raw_dividends.ts";
import { rawSplits } from "./raw_splits.ts";
import { reasonTable, rejectedBars, rejectedOutput } from "./rejected_bars.ts";
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
  outs: { splits: rawSplits, dividends: rawDividends, rejected: rejectedBars },
  checks: [mostUsable(), notEmpty(), rowCountBand({ within: 0.5, severity: "warn" }), rowsUsable(), noSessionMissing()],
  codeVersion: "4",
  async source({ resources: { marketData, calendar }, clock }) {
    const today = todayIn(calendar, clock);
    // Bars dated after today are checked again each day, even if the source is unchanged.
    const ahead = (await marketData.newestDate?.() ?? "") > today;
    return `${await marketData.version()}, ${calendar.version}${ahead ? ` on ${today}` : ""}`;
  },

  async materialize({ resources: { marketData, calendar }, clock, signal, progress }) {
    const unreadable = new RejectedRows();
    const reasons = new Map<string, string[]>();
    const onUnusable = (row: UnusableRow) => {
      unreadable.add(row);
      if (row.ticker === null || row.session === null) return;
      const key = barKey(row.ticker, row.session);
      if (!reasons.get(key)?.push(row.reason)) reasons.set(key, [row.reason]);
    };
    const bars = await marketData.dailyBars({ signal, onProgress: progress, onUnusable });
    const received = {
      ...bars,
      vwap: bars.vwap ?? new Float64Array(bars.ticker.length).fill(NaN),
      occurrence: occurrences(bars.ticker, bars.session),
    };
    const { dated, rejected: misdated } = datedInSessions(received, {
      calendar,
      today: todayIn(calendar, clock),
      onLostEvent: unreadable.add,
    });
    const { bars: rows, repeated } = withSettledEvents(dated, { onContradiction: unreadable.add });
    const unusable = unusableBars(rows, reasons);
    const dividends = dividendsPaid(rows);
    const rejected = [...misdated, ...unusable];
    const firsts = (numbers: Float64Array) => numbers.reduce((sum, number) => sum + Number(number === 1), 0);
    const source = {
      source: marketData.name,
      ...(marketData.id !== undefined && { source_id: marketData.id }),
      source_version: await marketData.version(),
    };
    return {
      rows,
      metadata: {
        ...source,
        calendar: calendar.name,
        repeated_events: repeated,
        received_cells: firsts(received.occurrence),
        usable_cells: rows.ticker.length - unusable.length,
        ...(rejected.length > 0 && { rejected_because: reasonTable(rejected) }),
        ...withoutBars(dated.session, calendar),
        ...unreadable.metadata,
      },
      outs: {
        splits: { rows: splitsOf(rows), metadata: source },
        dividends: { rows: dividends, metadata: { ...source, tickers: new Set(dividends.ticker).size } },
        rejected: rejectedOutput(rejected, { received: received.ticker.length, dated }),
      },
    };
  },
});

/** Numbers the adjacent bars of one ticker and session. */
function occurrences(ticker: readonly string[], session: readonly string[]): Float64Array {
  const numbers = new Float64Array(ticker.length);
  for (let i = 0; i < numbers.length; i++) {
    const repeated = i > 0 && session[i] === session[i - 1] && ticker[i] === ticker[i - 1];
    numbers[i] = repeated ? numbers[i - 1]! + 1 : 1;
  }
  return numbers;
}
