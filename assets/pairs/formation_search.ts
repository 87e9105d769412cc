import { z } from "zod";
import { cleanPrices, optics, type PairStatistics, type PriceMatrix, scanPairs } from "../../quant/mod.ts";
import { CleaningConfig } from "../market/clean_prices.ts";
import { ChoiceConfig, choosePairs } from "./choice_rule.ts";
import { PairCriteriaConfig, pairsInClusters } from "./cointegrated_pairs.ts";
import { clusterPresets } from "./pair_clusters.ts";
import { residualPValue } from "./residual_p_value.ts";
import { returnLoadings } from "./return_loadings.ts";

/** Everything that decides which pairs are chosen from given closes. */
export const SearchConfig = z.strictObject({
  ...CleaningConfig.shape,
  ...PairCriteriaConfig.shape,
  ...ChoiceConfig.shape,
});

/** A pair that was chosen, with what the formation says of it. */
export type FoundPair = PairStatistics & {
  slope: number;
  cluster: number;
  engle_granger_p_value: number;
};

/** What a search came to. */
export interface FormationSearch {
  /** Tickers that survived cleaning. */
  tickers: number;
  clusters: number;
  /** Pairs inside clusters, each of which was tested. */
  tested: number;
  /** Those that met every criterion. */
  accepted: number;
  /** Surest first. */
  chosen: FoundPair[];
}

/**
 * Chooses pairs from the closes of one formation and nothing else: cleaning, clusters, criteria and choice as in `clean_prices`,
 * `pair_clusters`, `cointegrated_pairs` and `chosen_pairs`, whose functions it calls.
 *
 * @param formation Closes as received, holes included; at least as many sessions as `cointegrated_pairs` asks for.
 */
export async function searchFormation(
  formation: PriceMatrix,
  config: z.output<typeof SearchConfig>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<FormationSearch> {
  const { rule, maxStaleSessions, maxFilledShare, clusterPreset, maxPairs, maxPairsPerTicker, ...criteria } = config;
  const { matrix } = cleanPrices(formation, { rule, maxStaleSessions, maxFilledShare });
  const { tickers, points } = returnLoadings(matrix);
  const { labels } = optics(points, clusterPresets[clusterPreset]);
  const clusterOf = new Map(tickers.map((ticker, i) => [ticker, labels[i]!]));
  const prices = new Map(matrix.tickers.map((ticker, i) => [ticker, matrix.closes[i]!]));
  const pairs = pairsInClusters(tickers.map((ticker, i) => ({ ticker, cluster: labels[i]! })));
  const scan = await scanPairs(prices, { pairs, criteria, signal });
  // Costly beside the scan, and only the accepted are asked for it.
  const accepted = scan.accepted.map((pair) => ({
    ...pair,
    cluster: clusterOf.get(pair.ticker_1)!,
    engle_granger_p_value: residualPValue(prices.get(pair.ticker_2)!, prices.get(pair.ticker_1)!),
  }));
  // The order of `cointegrated_pairs`, in which equal p-values are settled.
  accepted.sort((a, b) => compare(a.ticker_1, b.ticker_1) || compare(a.ticker_2, b.ticker_2));
  const { chosen } = choosePairs(accepted, { maxPairs, maxPairsPerTicker });
  return {
    tickers: matrix.tickers.length,
    clusters: new Set(labels.filter((label) => label >= 0)).size,
    tested: scan.tested,
    accepted: accepted.length,
    chosen: chosen as FoundPair[],
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
