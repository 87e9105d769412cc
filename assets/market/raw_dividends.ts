import { z } from "zod";
import { assetOut } from "../resources.ts";

/** A cash dividend. */
export const RawDividend = z.object({
  ticker: z.string().min(1),
  session: z.iso.date().describe("First session on which a buyer does not receive it"),
  cash: z.number().describe("USD a share as paid, the sum of all with this ex-date"),
});

/** Dividends in the bars of the source, without repeated bars. */
export const rawDividends = assetOut({
  key: "raw_dividends",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Cash dividends by ex-date, from the received bars.",
  row: RawDividend,
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  carriedOn: true,
});
