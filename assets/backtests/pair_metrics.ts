import { z } from "zod";
import { keepVersions } from "../../engine/mod.ts";
import { assetOut } from "../resources.ts";

export const PairMetric = z.object({
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  first_session: z.iso.date(),
  last_session: z.iso.date(),
  total_return: z.number().describe("0.1 is 10 %"),
  annualized_return: z.number().nullable().describe(
    "Compounded over calendar days / 365.25; null where more than all was lost",
  ),
  max_drawdown: z.number().max(0).describe("Deepest fall below an earlier maximum, negative"),
});

/** Results of the reference backtest of each chosen pair. */
export const pairMetrics = assetOut({
  key: "pair_metrics",
  module: import.meta,
  group: "backtests",
  layer: "gold",
  description:
    "Reference, which nobody could have earned: how the original's backtest of each chosen pair came out, fitted on the sample it trades.",
  row: PairMetric,
  primaryKey: ["ticker_1", "ticker_2"],
  retention: keepVersions(1),
});
