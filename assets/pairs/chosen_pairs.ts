import { z } from "zod";
import { eager, notEmpty } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { ChoiceConfig, choosePairs } from "./choice_rule.ts";
import { cointegratedPairs } from "./cointegrated_pairs.ts";

const ChosenPair = z.object({
  rank: z.int().min(1).describe("1 is the first choice"),
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  slope: z.number().describe("Hedge ratio of ticker 2 on ticker 1"),
  intercept: z.number(),
  adf_p_value: z.number(),
  engle_granger_p_value: z.number(),
  half_life: z.number().describe("Sessions"),
});

/**
 * The accepted pairs to trade now, chosen on all data up to today by the rule of {@link choosePairs}.
 *
 * What they earned in the sessions that chose them says nothing of what they will earn. Their backtest is the walk-forward one,
 * `walk_forward_daily`, where the same rule chose pairs again and again from the past alone; `pair_trades` shows these very
 * pairs as the original service would have, fitted on the sample that it trades.
 */
export const chosenPairs = asset({
  key: "chosen_pairs",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description:
    "The accepted pairs to trade from now on: surest first, no ticker in more than its share. Their backtest is walk_forward_daily; pair_trades is a reference, fitted on the sample it trades.",
  deps: { pairs: cointegratedPairs },
  automation: eager(),
  config: ChoiceConfig,
  row: ChosenPair,
  primaryKey: ["ticker_1", "ticker_2"],
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, config }) {
    const { candidates, chosen } = choosePairs(await inputs.pairs.rows(), config);
    return {
      rows: chosen.map((pair, i) => ({
        rank: i + 1,
        ticker_1: pair.ticker_1,
        ticker_2: pair.ticker_2,
        slope: pair.slope!,
        intercept: pair.intercept!,
        adf_p_value: pair.adf_p_value!,
        engle_granger_p_value: pair.engle_granger_p_value!,
        half_life: pair.half_life!,
      })),
      metadata: { candidates: candidates.length, chosen: chosen.length },
    };
  },
});
