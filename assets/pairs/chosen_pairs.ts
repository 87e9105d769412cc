import { z } from "zod";
import { eager, identity, keepAll, notEmpty, reads, table } from "../../engine/mod.ts";
import { dividendsOf } from "../market/dividends.ts";
import { asset } from "../resources.ts";
import { asOfColumn, followed } from "./as_of.ts";
import { ChoiceConfig, choosePairs } from "./choice_rule.ts";
import { cointegratedPairs } from "./cointegrated_pairs.ts";

const ChosenPair = z.object({
  as_of: asOfColumn,
  rank: z.int().min(1).describe("1 is the first choice"),
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  slope: z.number().describe("Hedge ratio of ticker 2 on ticker 1"),
  intercept: z.number(),
  adf_p_value: z.number(),
  engle_granger_p_value: z.number(),
  engle_granger_p_value_reversed: z.number().nullable().describe(
    "With ticker 1 on ticker 2; null where it is not asked. Pairs are ranked by the larger of both",
  ),
  adjusted_p_value: z.number().nullable().describe(
    "The larger of both, adjusted for all pairs tested (Benjamini and Hochberg)",
  ),
  half_life: z.number().describe("Sessions"),
});

/**
 * The accepted pairs to trade from an as-of session on, chosen by what was known then by the rule of {@link choosePairs}. Those of the
 * newest one are the pairs to trade now.
 *
 * What they earned in the sessions that chose them says nothing of what they will earn. Their backtest is the walk-forward one,
 * `walk_forward_daily`, where the same rule chose pairs again and again from the past alone; `pair_trades` shows the newest pairs as
 * the original service would have, fitted on the sample that it trades.
 */
export const chosenPairs = asset({
  key: "chosen_pairs",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description:
    "The accepted pairs to trade from an as-of session on: surest first, no ticker in more than its share. Their backtest is walk_forward_daily; pair_trades is a reference, fitted on the sample it trades.",
  deps: { pairs: reads(cointegratedPairs, identity) },
  automation: eager(),
  config: ChoiceConfig,
  row: ChosenPair,
  primaryKey: ["as_of", "ticker_1", "ticker_2"],
  retention: keepAll,
  partitionedBy: { date: "as_of" },
  codeVersion: "3",
  partitionsDef: {
    wanted: ({ upstream: { pairs } }) => followed(pairs),
    missing: "latest",
    gone: "keep",
  },
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, partitions, config }) {
    const pairsAsOf = Map.groupBy(await inputs.pairs.rows(), (row) => row.as_of);
    const counts: [string, number, number][] = [];
    const rows = partitions.dates.flatMap((as_of) => {
      const { candidates, chosen } = choosePairs(pairsAsOf.get(as_of) ?? [], config);
      counts.push([as_of, candidates.length, chosen.length]);
      return chosen.map((pair, i) => ({
        as_of,
        rank: i + 1,
        ticker_1: pair.ticker_1,
        ticker_2: pair.ticker_2,
        slope: pair.slope,
        intercept: pair.intercept!,
        adf_p_value: pair.adf_p_value!,
        engle_granger_p_value: pair.engle_granger_p_value,
        engle_granger_p_value_reversed: pair.engle_granger_p_value_reversed,
        adjusted_p_value: pair.adjusted_p_value,
        half_life: pair.half_life!,
      }));
    });
    const as_of = table(["as of", "candidates", "chosen"], counts);
    return { rows, metadata: { as_of, ...await dividendsOf(inputs.pairs) } };
  },
});
