import { z } from "zod";
import { assetOut } from "../resources.ts";
import { longestHorizon } from "./longest_horizon.ts";

export const TradingSpread = z.object({
  session: z.iso.date(),
  window: z.int().min(1).describe("Number of the window whose formation gave hedge ratio and scale"),
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  spread: z.number().describe("USD, in shares of the formation's end: close of ticker 2 less its line on ticker 1"),
  scaled_spread: z.number().describe("Standard deviations of the formation's spread, from its mean there"),
  in_window: z.boolean().describe(
    `Whether the session lies in the trading window, and not in the ${longestHorizon} sessions after it`,
  ),
});

/** The out-of-sample spread of each walk-forward pair. */
export const tradingSpreads = assetOut({
  key: "trading_spreads",
  module: import.meta,
  group: "forecasts",
  layer: "silver",
  description:
    "The spread of each walk-forward pair in its trading window and a month after it, by the hedge ratio of its formation.",
  row: TradingSpread,
  primaryKey: ["session", "window", "ticker_1", "ticker_2"],
  partitionedBy: { date: "session" },
  carriedOn: true,
});
