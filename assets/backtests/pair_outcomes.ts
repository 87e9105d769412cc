import { z } from "zod";
import { assetOut } from "../resources.ts";
import { PortfolioDay } from "./portfolio_daily.ts";

export const PairOutcomeRow = z.object({
  strategy: PortfolioDay.shape.strategy,
  costs: PortfolioDay.shape.costs,
  cost_bps: PortfolioDay.shape.cost_bps,
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  looks_ahead: PortfolioDay.shape.looks_ahead,
  fills_at: PortfolioDay.shape.fills_at,
  sessions: z.int().min(1).describe("Sessions of its trading windows so far"),
  positions: z.int().min(0).describe("Positions entered"),
  total_return: z.number().describe("0.1 is 10 %, after costs, of the pair's own equity"),
  session_sharpe: z.number().describe(
    "Sharpe ratio a session, of returns less what cash would have earned on the long leg; 0 where they never vary",
  ),
});

/** Returns of each single pair under each rule and cost level; each is a trial. */
export const pairOutcomes = assetOut({
  key: "pair_outcomes",
  module: import.meta,
  group: "backtests",
  layer: "gold",
  description: "What each walk-forward pair earned by itself, by strategy and costs: the trials behind the portfolios.",
  row: PairOutcomeRow,
  primaryKey: ["strategy", "costs", "cost_bps", "ticker_1", "ticker_2"],
});
