import { z } from "zod";
import { notEmpty, rowCountBand } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { splitsOf } from "./bar_judgement.ts";
import { withSettledEvents } from "./corporate_events.ts";
import { rawSplits } from "./raw_splits.ts";
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
  dividend: z.number().nullable().describe("USD a share by ex-date; once where the source has it twice"),
  split: z.number().nullable().describe(
    "New shares for one old, effective this session; once where the source has it twice",
  ),
});

/** Daily bars exactly as received, impossible and repeated ones included; of splits and dividends what counts. */
export const rawDailyBars = asset({
  key: "raw_daily_bars",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Daily bars exactly as received, impossible and repeated ones included.",
  row: RawDailyBar,
  primaryKey: ["ticker", "session", "occurrence"],
  cells: { name: "ticker", date: "session" },
  byproducts: { splits: rawSplits },
  checks: [notEmpty(), rowCountBand({ within: 0.5, severity: "warn" }), rowsUsable()],
  source: ({ resources }) => resources.marketData.version(),
  codeVersion: "2",

  async materialize({ resources, signal, progress }) {
    const rejected = new RejectedRows();
    const received = await resources.marketData.dailyBars({ signal, onProgress: progress, onUnusable: rejected.add });
    const { bars: rows, repeated } = withSettledEvents(
      { ...received, occurrence: occurrences(received.ticker, received.session) },
      { onContradiction: rejected.add },
    );
    const source = { source: resources.marketData.name, source_version: await resources.marketData.version() };
    return {
      rows,
      metadata: { ...source, repeated_events: repeated, ...rejected.metadata },
      byproducts: { splits: { rows: splitsOf(rows), metadata: source } },
    };
  },
});

/** Numbers the bars of one ticker and session, which stand next to each other. */
function occurrences(ticker: readonly string[], session: readonly string[]): Float64Array {
  const numbers = new Float64Array(ticker.length);
  for (let i = 0; i < numbers.length; i++) {
    const repeated = i > 0 && session[i] === session[i - 1] && ticker[i] === ticker[i - 1];
    numbers[i] = repeated ? numbers[i - 1]! + 1 : 1;
  }
  return numbers;
}
