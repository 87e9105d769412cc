import { z } from "zod";
import { keepVersions } from "../../engine/mod.ts";
import { windowBounds } from "../pairs/walk_forward_windows.ts";
import { assetOut } from "../resources.ts";
import { PortfolioDay } from "./portfolio_daily.ts";

const packed = (of: string) =>
  z.string().describe(`${of} in each session of the window: 64-bit floating-point numbers, little-endian, in base64`);

export const PortfolioWindow = z.object({
  strategy: PortfolioDay.shape.strategy,
  costs: PortfolioDay.shape.costs,
  cost_bps: PortfolioDay.shape.cost_bps,
  weighting: PortfolioDay.shape.weighting,
  trading_first_session: windowBounds.trading_first_session,
  window: windowBounds.window,
  made_of: z.string().min(1).describe("Hash of the bounds and pairs of the window"),
  equity: z.number().describe("At the end of the window; 1 before the first"),
  peak_equity: z.number().describe("Highest equity up to the end of the window, at least 1"),
  benchmark_equity: z.number().describe("Of the benchmark, at the end of the window"),
  cash_equity: z.number().describe("Of cash, at the end of the window"),
  daily_return: packed("daily_return of portfolio_daily"),
  gross_exposure: packed("gross_exposure of portfolio_daily"),
  turnover: packed("turnover of portfolio_daily"),
  entered_positions: packed("entered_positions of portfolio_daily"),
});

/**
 * Each portfolio of the walk-forward in each finished window, a row a window. All positions are closed in a window's last session: from
 * these rows the walk-forward goes on in the next window, and whole series are read in a fraction of the time that their days take.
 */
export const portfolioWindows = assetOut({
  key: "portfolio_windows",
  module: import.meta,
  group: "backtests",
  layer: "gold",
  description:
    "Portfolios of walk-forward pairs by finished window, with the daily figures of the window packed: what the backtest is carried on from.",
  row: PortfolioWindow,
  primaryKey: ["strategy", "costs", "cost_bps", "weighting", "trading_first_session"],
  partitionedBy: { date: "trading_first_session" },
  retention: keepVersions(1),
  carriedOn: true,
});
