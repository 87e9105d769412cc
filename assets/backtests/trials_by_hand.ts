import { z } from "zod";
import { eager, keepAll } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { PortfolioDay } from "./portfolio_daily.ts";
import { trialColumns } from "./trial_settings.ts";

const TrialByHand = z.object({
  ...trialColumns,
  trial: z.string().min(1).describe("Hash of universe, strategy and settings, a blank, and the pair"),
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  costs: PortfolioDay.shape.costs,
  cost_bps: PortfolioDay.shape.cost_bps,
  fills_at: PortfolioDay.shape.fills_at,
  first_session: z.iso.date(),
  last_session: z.iso.date().describe("The last one when it was first shown"),
  sessions: z.int().min(2).describe("How many returns"),
  total_return: z.number().describe("Of the pair's own account; 0.1 is 10 %, after costs"),
  session_sharpe: z.number().describe("Of its returns in excess of cash, a session; 0 where they never vary"),
});

/**
 * Settings changed on the page of a pair, with the resulting backtest of the pair. They count as trials.
 *
 * It includes full hours only, so that moving a slider does not remake the comparison of strategies each time.
 */
export const trialsByHand = asset({
  key: "trials_by_hand",
  module: import.meta,
  group: "backtests",
  layer: "raw",
  description: "Backtests of pairs under settings moved by hand on their pages, up to the last full hour.",
  automation: eager(),
  row: TrialByHand,
  primaryKey: ["trial"],
  retention: keepAll,
  async source({ clock, resources: { trialsByHand } }) {
    return String(await trialsByHand?.countBefore(fullHour(clock.now())) ?? 0);
  },

  async materialize({ resources: { trialsByHand }, clock }) {
    const rows = await trialsByHand?.before(fullHour(clock.now())) ?? [];
    return { rows: rows.map((row) => TrialByHand.parse(row)), metadata: { trials: rows.length } };
  },
});

function fullHour(now: Temporal.Instant): Temporal.Instant {
  return now.round({ smallestUnit: "hour", roundingMode: "floor" });
}
