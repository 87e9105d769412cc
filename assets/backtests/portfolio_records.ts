import { z } from "zod";
import { assetOut } from "../resources.ts";
import { sessionSharpe } from "./counted_trials.ts";
import { PortfolioDay } from "./portfolio_daily.ts";
import type { PortfolioPart } from "./portfolio_rows.ts";

const PortfolioRecord = z.object({
  strategy: PortfolioDay.shape.strategy,
  costs: PortfolioDay.shape.costs,
  cost_bps: PortfolioDay.shape.cost_bps,
  weighting: PortfolioDay.shape.weighting,
  fills_at: PortfolioDay.shape.fills_at,
  first_session: z.iso.date(),
  last_session: z.iso.date(),
  sessions: z.int().min(2).describe("How many returns"),
  total_return: z.number().describe("0.1 is 10 %, after costs"),
  session_sharpe: z.number().describe("Of returns in excess of cash, a session; 0 where they never vary"),
});

/**
 * Return and Sharpe ratio of each portfolio of `portfolio_daily` so far. Trials read these rows alone: reading all days for them
 * would take longer with each session.
 */
export const portfolioRecords = assetOut({
  key: "portfolio_records",
  module: import.meta,
  group: "backtests",
  layer: "gold",
  description: "What each portfolio of walk-forward pairs earned so far, by strategy, costs and weighting.",
  row: PortfolioRecord,
  primaryKey: ["strategy", "costs", "cost_bps", "weighting"],
});

/** The record of a portfolio; none of fewer than two sessions, which have no Sharpe ratio. */
export function recordsOf(
  { strategy, costs, cost_bps, weighting, days, firstSession, excess }: PortfolioPart,
): z.output<typeof PortfolioRecord>[] {
  const sessions = excess.length;
  if (sessions < 2) return [];
  return [{
    strategy,
    costs,
    cost_bps,
    weighting,
    fills_at: days.fills_at[0]!,
    first_session: firstSession,
    last_session: days.session.at(-1)!,
    sessions,
    total_return: days.equity.at(-1)! - 1,
    session_sharpe: sessionSharpe(excess),
  }];
}
