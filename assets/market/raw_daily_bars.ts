import { z } from "zod";
import { notEmpty, rowCountBand } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { splitsOf } from "./bar_judgement.ts";
import { rawSplits } from "./raw_splits.ts";

export const RawDailyBar = z.object({
  ticker: z.string().min(1),
  session: z.iso.date().describe("New York date of the trading session"),
  occurrence: z.int().describe("1 for the first bar of this ticker and session in the source, 2 for a repeated one, …"),
  open: z.number().nullable().describe("USD, not adjusted"),
  high: z.number().nullable(),
  low: z.number().nullable(),
  close: z.number().nullable(),
  volume: z.number().nullable().describe("Shares"),
  dividend: z.number().nullable().describe("USD a share by ex-date"),
  split: z.number().nullable().describe("New shares for one old, effective this session"),
});

/** Daily bars exactly as received, impossible and repeated ones included. */
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
  checks: [notEmpty(), rowCountBand({ within: 0.5, severity: "warn" })],
  source: ({ resources }) => resources.marketData.version(),

  async materialize({ resources, signal, progress }) {
    const bars = await resources.marketData.dailyBars({ signal, onProgress: progress });
    const rows = { ...bars, occurrence: occurrences(bars.ticker, bars.session) };
    const source = { source: resources.marketData.name, source_version: await resources.marketData.version() };
    return { rows, metadata: source, byproducts: { splits: { rows: splitsOf(rows), metadata: source } } };
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
