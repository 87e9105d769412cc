import { z } from "zod";
import { keepAll, notEmpty } from "../../engine/mod.ts";
import { weightings } from "../../quant/mod.ts";
import { assetOut } from "../resources.ts";
import { costKinds } from "./trading_config.ts";

export const PortfolioDay = z.object({
  strategy: z.string().min(1).describe(
    "A strategy of the walk-forward, best_record, factor_residuals, traditional_bands or reference. best_record trades in each window the one with the best record before it",
  ),
  costs: z.enum(costKinds).describe(
    "fixed: the same for every leg. spread: by the bid–ask spread of each, estimated from its formation",
  ),
  cost_bps: z.number().min(0).describe(
    "Commission and slippage together, of the traded notional; the least of it where costs are by spread",
  ),
  weighting: z.enum(weightings).describe(
    "How equity is shared among the pairs of a window. equal: in equal parts. volatility_scaled: by inverse volatility of each pair's past returns. equal_risk_contribution: so that each contributes the same to the variance of the formation",
  ),
  session: z.iso.date(),
  headline: z.boolean().describe(
    "Whether it stands for the service, at the configured costs: best_record, unless defaultStrategy names another",
  ),
  looks_ahead: z.boolean().describe(
    "Whether it is fitted on the sample that it trades, and could not have been earned",
  ),
  fills_at: z.enum(["next_open", "next_close", "signal_close"]).describe(
    "Price at which an order decided at a close is filled",
  ),
  daily_return: z.number().describe("After costs, with what idle cash earned"),
  equity: z.number().describe("1 before the first session"),
  drawdown: z.number().max(0).describe("Below the highest equity so far"),
  gross_exposure: z.number().min(0).describe("After the close, in multiples of equity"),
  turnover: z.number().min(0).describe("Notional traded / equity"),
  allocated_pairs: z.int().min(0).describe(
    "Pairs that share the equity, with a position or without; of factor_residuals the tickers with one",
  ),
  entered_positions: z.int().min(0).describe("Positions entered in the session, over all pairs"),
  benchmark_equity: z.number().describe("Of the benchmark, 1 before the first session"),
  cash_equity: z.number().describe("Of cash, 1 before the first session"),
  cash_return: z.number().describe("Of cash since the session before"),
});

/** Equity of the portfolios of chosen pairs, across all windows. */
export const portfolioDaily = assetOut({
  key: "portfolio_daily",
  module: import.meta,
  group: "backtests",
  layer: "gold",
  description:
    "Equity of the portfolio of walk-forward pairs, day by day, by strategy, costs and weighting, beside a benchmark and cash.",
  row: PortfolioDay,
  primaryKey: ["strategy", "costs", "cost_bps", "weighting", "session"],
  partitionedBy: { date: "session" },
  retention: keepAll,
  carriedOn: true,
  checks: [notEmpty({ severity: "warn" })],
});
