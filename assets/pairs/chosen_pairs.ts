import { z } from "zod";
import { notEmpty } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
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

/** Settings of `chosen_pairs`. */
export const ChoiceConfig = z.strictObject({
  maxPairs: z.int().min(1).max(1000).default(10).describe("How many pairs to trade at most"),
  maxPairsPerTicker: z.int().min(1).default(1).describe("In how many of them one ticker may be"),
});

/**
 * The accepted pairs to trade.
 *
 * The rule: accepted pairs with a positive hedge ratio (both legs on the same side would be a bet on the market) and an
 * Engle–Granger p-value (without one the legs are the same thing twice), by rising p-value, then by tickers; a pair is passed over when one of its tickers is in as many chosen pairs as allowed;
 * the first `maxPairs` are chosen.
 */
export const chosenPairs = asset({
  key: "chosen_pairs",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description: "The accepted pairs to trade: surest first, no ticker in more than its share.",
  deps: { pairs: cointegratedPairs },
  config: ChoiceConfig,
  row: ChosenPair,
  primaryKey: ["ticker_1", "ticker_2"],
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, config }) {
    // Rows come in ticker order, which a stable sort keeps where p-values are equal.
    const candidates = (await inputs.pairs.rows())
      .filter((pair) => pair.accepted && pair.slope! > 0 && pair.engle_granger_p_value !== null)
      .sort((a, b) => a.engle_granger_p_value! - b.engle_granger_p_value!);
    const uses = new Map<string, number>();
    const chosen: typeof candidates = [];
    for (const pair of candidates) {
      if (chosen.length === config.maxPairs) break;
      const tickers = [pair.ticker_1, pair.ticker_2];
      if (tickers.some((ticker) => (uses.get(ticker) ?? 0) >= config.maxPairsPerTicker)) continue;
      for (const ticker of tickers) uses.set(ticker, (uses.get(ticker) ?? 0) + 1);
      chosen.push(pair);
    }
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
