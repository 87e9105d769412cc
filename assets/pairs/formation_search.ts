import { z } from "zod";
import { cleanPrices, optics } from "../../quant/mod.ts";
import { CleaningConfig } from "../market/clean_prices.ts";
import { ChoiceConfig, choosePairs, type ChosenPair } from "./choice_rule.ts";
import { clusterPresets } from "./pair_clusters.ts";
import { type JudgedPair, judgePairs } from "./pair_criteria.ts";
import { PairTestsConfig, testPairs } from "./pair_tests.ts";
import { pointsOf, returnLoadings } from "./return_loadings.ts";
import type { Formation } from "./tested_prices.ts";
import { hardToTrade } from "./tradability_criteria.ts";

/** Everything that decides which pairs are chosen from given closes. */
export const SearchConfig = z.strictObject({
  ...CleaningConfig.shape,
  ...PairTestsConfig.shape,
  ...ChoiceConfig.shape,
});

/** Result of a search. */
export interface FormationSearch {
  /** Tickers that survived cleaning. */
  tickers: number;
  clusters: number;
  /** Candidates, each of which was tested. */
  tested: number;
  /** Those that met every criterion. */
  accepted: number;
  /** Those refused, alone or among others, because a leg is not easily traded. */
  hardToTrade: number;
  /** Surest first. */
  chosen: ChosenPair<JudgedPair>[];
}

/**
 * Chooses pairs from one formation and nothing else: cleaning, clusters, candidates, criteria and choice as in `clean_prices`,
 * `pair_clusters`, `cointegrated_pairs` and `chosen_pairs`, whose functions it calls.
 *
 * @param formation Closes as received, holes included, at least as many sessions as `cointegrated_pairs` asks for, with their dividends.
 */
export async function searchFormation(
  { matrix: received, dividends, tradability }: Formation,
  config: z.output<typeof SearchConfig>,
  { signal }: { signal?: AbortSignal } = {},
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
    { signal },
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
