import { z } from "zod";
import { keepAll } from "../../engine/mod.ts";
import { assetOut } from "../resources.ts";
import { PortfolioDay } from "./portfolio_daily.ts";

/** What makes a backtest another trial. */
export const trialColumns = {
  trial: z.string().min(1).describe(
    "Hash of universe, strategy and settings: equal ones are one trial, whenever it ran",
  ),
  strategy: PortfolioDay.shape.strategy,
  universe: z.string().min(1).describe("What the bars are of"),
  settings: z.string().min(1).describe(
    "Settings of the search and of the strategy that decide what is traded, as JSON",
  ),
};

export const TrialSetting = z.object({ ...trialColumns, looks_ahead: PortfolioDay.shape.looks_ahead });

/** The strategies of the walk-forward as it is set now, each with all that decides what it trades. */
export const trialSettings = assetOut({
  key: "trial_settings",
  module: import.meta,
  group: "backtests",
  layer: "gold",
  description:
    "The backtests as they are set now: universe, strategy and settings of each, under the hash that names the trial.",
  row: TrialSetting,
  primaryKey: ["trial"],
  retention: keepAll,
});
