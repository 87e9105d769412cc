import { z } from "zod";
import { byproduct } from "../resources.ts";

export const RejectedBar = z.object({
  ticker: z.string().min(1),
  session: z.iso.date(),
  occurrence: z.int().describe("Which bar of this ticker and session, as in raw_daily_bars"),
  reason: z.string().describe("Why it cannot be used"),
  open: z.number().nullable(),
  high: z.number().nullable(),
  low: z.number().nullable(),
  close: z.number().nullable(),
  volume: z.number().nullable(),
});

/** Bars that were received and cannot be used, each with its reason. */
export const rejectedBars = byproduct({
  key: "rejected_bars",
  module: import.meta,
  group: "market",
  layer: "silver",
  description: "Bars that were received and cannot be used, each with its reason.",
  row: RejectedBar,
  primaryKey: ["ticker", "session", "occurrence"],
  cells: { name: "ticker", date: "session" },
});
