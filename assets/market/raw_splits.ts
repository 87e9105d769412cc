import { z } from "zod";
import { assetOut } from "../resources.ts";

export const RawSplit = z.object({
  ticker: z.string().min(1),
  session: z.iso.date(),
  ratio: z.number().positive().describe("New shares for one old, effective this session"),
});

/**
 * Splits of the market data source, separate from the bars: a split changes the whole earlier history, and its readers should not
 * depend on every bar.
 */
export const rawSplits = assetOut({
  key: "raw_splits",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Splits as received: divisors of earlier prices.",
  row: RawSplit,
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  carriedOn: true,
});
