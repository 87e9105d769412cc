import { z } from "zod";
import { cleanPrices, optics } from "../../quant/mod.ts";
import { CleaningConfig } from "../market/clean_prices.ts";
import { ChoiceConfig, choosePairs, type ChosenPair } from "./choice_rule.ts";
import { clusterPresets } from "./pair_clusters.ts";
import { type JudgedPair, judgePairs } from "./pair_criteria.ts";
import { PairTestsConfig, type PairTestsOptions, testPairs } from "./pair_tests.ts";
import { pointsOf, returnLoadings } from "./return_loadings.ts";
import type { Formation } from "./tested_prices.ts";
import { hardToTrade } from "./tradability_criteria.ts";

/** All settings that affect which pairs are chosen from given closes. */
export const SearchConfig = z.strictObject({
  ...CleaningConfig.shape,
  ...PairTestsConfig.shape,
  ...ChoiceConfig.shape,
});

/** Result of a search. */
export interface FormationSearch {
  /** Tickers left after cleaning. */
  tickers: number;
  clusters: number;
  /** Number of candidates; all were tested. */
  tested: number;
  /** Number of pairs that met every criterion. */
  accepted: number;
  /** Number of pairs refused because a leg is hard to trade, among other reasons or not. */
  hardToTrade: number;
  /** By ascending p-value. */
  chosen: ChosenPair<JudgedPair>[];
}

/**
 * Chooses pairs from one formation only: cleaning, clusters, candidates, criteria and choice with the functions of
 * `clean_prices`, `pair_clusters`, `cointegrated_pairs` and `chosen_pairs`.
 *
 * @param formation Closes as received, including gaps, of at least as many sessions as `cointegrated_pairs` requires, with
 * dividends.
 */
export async function searchFormation(
  { matrix: received, dividends, tradability }: Formation,
  config: z.output<typeof SearchConfig>,
  { signal, inBlocks }: Pick<PairTestsOptions, "signal" | "inBlocks"> = {},
): Promise<FormationSearch> {
  const { rule, maxStaleSessions, maxFilledShare } = config;
  const { matrix } = cleanPrices(received, { rule, maxStaleSessions, maxFilledShare });
  const { tickers, points } = returnLoadings(matrix);
  const { labels } = optics(points, clusterPresets[config.clusterPreset]);
  const tests = await testPairs(
    { matrix, dividends, tradability },
    {
      clusters: new Map(tickers.map((ticker, i) => [ticker, labels[i]!])),
      points: pointsOf(tickers, points),
    },
    config,
    { signal, inBlocks },
  );
  const judged = judgePairs(tests, config);
  return {
    tickers: matrix.tickers.length,
    clusters: new Set(labels.filter((label) => label >= 0)).size,
    tested: judged.length,
    accepted: judged.filter(({ accepted }) => accepted).length,
    hardToTrade: hardToTrade(judged),
    chosen: choosePairs(judged, config).chosen,
  };
}
