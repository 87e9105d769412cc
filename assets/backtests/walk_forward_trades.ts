import { z } from "zod";
import { keepAll } from "../../engine/mod.ts";
import { assetOut } from "../resources.ts";

export const WalkForwardTrade = z.object({
  strategy: z.string().min(1).describe("Name of the strategy"),
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  entry_session: z.iso.date().describe("Session of the first fill"),
  window: z.int().min(1).describe("Number of the trading window"),
  side: z.int().min(-1).max(1).describe("1: spread bought, long ticker 2; −1: sold"),
  signal_session: z.iso.date().describe("Session at whose close the entry was decided"),
  entry_price_1: z.number().positive().describe("USD as traded, of ticker 1"),
  entry_price_2: z.number().positive().describe("USD as traded, of ticker 2"),
  exit_session: z.iso.date().nullable().describe("null while the position is open"),
  exit_price_1: z.number().positive().nullable().describe(
    "USD as traded, of ticker 1; null while the position is open",
  ),
  exit_price_2: z.number().positive().nullable().describe(
    "USD as traded, of ticker 2; null while the position is open",
  ),
  exit_reason: z.enum(["signal", "stop", "reversal", "window_end", "stopped_trading", "ruin"]).nullable().describe(
    "null while the position is open",
  ),
  shares_1: z.number().describe("Shares of ticker 1 at entry, negative if short"),
  shares_2: z.number().describe("Shares of ticker 2 at entry, negative if short"),
  hedge_ratio: z.number().describe("Shares of ticker 1 against one of ticker 2 at the signal"),
  pnl: z.number().describe("USD, dividends included, before costs; to the last session while the position is open"),
  costs: z.number().describe("USD of commission, slippage and borrow"),
  return_on_equity: z.number().describe("(pnl − costs) / the pair's equity before the entry"),
  sessions_held: z.int().min(0).describe("Sessions from entry to exit"),
});

/** Positions entered in the walk-forward. */
export const walkForwardTrades = assetOut({
  key: "walk_forward_trades",
  module: import.meta,
  group: "backtests",
  layer: "gold",
  description: "Each position of the walk-forward backtest from entry to exit, with what it earned and cost.",
  row: WalkForwardTrade,
  primaryKey: ["strategy", "ticker_1", "ticker_2", "entry_session"],
  partitionedBy: { date: "entry_session" },
  retention: keepAll,
  carriedOn: true,
});
