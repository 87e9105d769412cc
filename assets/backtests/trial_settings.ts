import { z } from "zod";
import { keepAll } from "../../engine/mod.ts";
import { assetOut } from "../resources.ts";
import { PortfolioDay } from "./portfolio_daily.ts";

/** Columns that identify a trial. */
export const trialColumns = {
  trial: z.string().min(1).describe(
    "Hash of universe, strategy and settings: equal ones are one trial, whenever it ran",
  ),
  strategy: PortfolioDay.shape.strategy,
  universe: z.string().min(1).describe("Tickers or list to which the bars belong"),
  settings: z.string().min(1).describe(
    "Settings of the search and of the strategy that decide what is traded, as JSON",
  ),
};

export const TrialSetting = z.object({ ...trialColumns, looks_ahead: PortfolioDay.shape.looks_ahead });

/** The currently configured strategies of the walk-forward, each with all settings that affect its trades. */
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
