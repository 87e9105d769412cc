import { z } from "zod";
import { keepVersions } from "../../engine/mod.ts";
import { assetOut } from "../resources.ts";

export const TrendTally = z.object({
  trading_first_session: z.iso.date().describe("First session of the trading window"),
  measure: z.enum(["change", "window_mean"]).describe(
    "change: direction of the spread from the close of the as-of session to that of the session ahead. window_mean, the research's: the mean of the next three values against the mean of the values that the line was fitted to, which is right by construction for a straight line",
  ),
  horizon: z.int().min(1).describe("Sessions ahead; of window_mean the values whose mean is compared"),
  sample: z.enum(["trading", "formation"]).describe(
    "trading: out of sample, in the trading windows. formation: in the sessions that chose the pair and gave hedge ratio and scale",
  ),
  rule: z.string().min(1).describe(
    "all: every line. above_T: lines that explain more than the share T of the variance. best_in_formation: for each pair and window the threshold with the highest accuracy in the formation. best_in_hindsight: the threshold with the highest accuracy in the judged sample itself, as the research chose it",
  ),
  min_r_squared: z.number().min(0).max(1).nullable().describe(
    "Share of the variance that a line must explain; 0 for all, null where it differs by pair",
  ),
  looks_ahead: z.boolean().describe(
    "Whether the sample or the rule uses later data: such an accuracy was not achievable",
  ),
  lines: z.int().min(0).describe("Lines with a realized value, over all pairs and sessions"),
  signals: z.int().min(0).describe("Those that the rule counts as a trend and that forecast a change"),
  right: z.int().min(0).describe("Signals whose direction came true"),
  pairs: z.int().min(0).describe("Pairs and windows with a signal"),
});

/** The counts of `trend_accuracy` by trading window: those of finished windows are not counted again. */
export const trendTallies = assetOut({
  key: "trend_tallies",
  module: import.meta,
  group: "forecasts",
  layer: "gold",
  description:
    "How often the rolling trend had the direction right in each trading window: what trend_accuracy adds up.",
  row: TrendTally,
  primaryKey: ["trading_first_session", "measure", "horizon", "sample", "rule"],
  partitionedBy: { date: "trading_first_session" },
  retention: keepVersions(1),
  carriedOn: true,
});
