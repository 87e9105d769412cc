import { z } from "zod";
import { type ComputeInBlocks, inOneBlock } from "../../engine/mod.ts";
import { CandidateConfig, candidatesOf, type CandidateUniverse } from "./candidate_sources.ts";
import { PairCriteriaConfig } from "./pair_criteria.ts";
import { pairsPerBlock, pairStatistics } from "./pair_statistics.ts";
import type { PairTests, TestedPair } from "./tested_pair.ts";
import { type Formation, pricesOf, TestedPricesConfig, testedSeries } from "./tested_prices.ts";

/** All settings that affect which pairs of a formation are tested, on which series, and which are accepted. */
export const PairTestsConfig = z.strictObject({
  ...CandidateConfig.shape,
  ...TestedPricesConfig.shape,
  ...PairCriteriaConfig.shape,
});

/** Clusters and loadings of the tickers of a formation. */
export type Clustering = Pick<CandidateUniverse, "clusters" | "points">;

/** Options of {@linkcode testPairs}. */
export interface PairTestsOptions {
  signal?: AbortSignal;
  /** Pairs that are tested even if no source proposes them. */
  named?: readonly (readonly [string, string])[];
  /** Called with the numbers of tested pairs and of all. */
  progress?: (done: number, total: number) => void;
  /** Divides the pairs among processes; all are tested here by default. */
  inBlocks?: ComputeInBlocks;
}

/** Finds the candidates of a formation and computes their statistics, from its data only. */
export async function testPairs(
  formation: Formation,
  { clusters, points }: Clustering,
  config: z.output<typeof PairTestsConfig>,
  { signal, progress, named = [], inBlocks = inOneBlock }: PairTestsOptions = {},
): Promise<PairTests> {
  const { tickers, closes } = formation.matrix;
  const prices = pricesOf(formation, config);
  const series = testedSeries(prices, config);
  const candidates = candidatesOf({ tickers, clusters, points, prices }, config, named);
  const { maxPValue, maxHurst, maxHalfLife, minCrossings } = config;
  const statistics = await inBlocks(pairStatistics, {
    common: {
      pairs: candidates.map(({ pair }) => pair),
      series,
      closes: config.logPrices || config.totalReturn ? new Map(tickers.map((ticker, i) => [ticker, closes[i]!])) : null,
      criteria: { maxPValue, maxHurst, maxHalfLife, minCrossings },
      inBothOrders: config.testOrders === "both",
    },
    items: candidates.length,
    blockSize: pairsPerBlock,
    signal,
    onProgress: (done) => progress?.(done, candidates.length),
  });
  const pairs = statistics.flat().map((tested, i): TestedPair => {
    const cluster = clusters.get(tested.ticker_1) ?? -1;
    return {
      ...tested,
      cluster: cluster >= 0 && cluster === clusters.get(tested.ticker_2) ? cluster : null,
      sources: [...candidates[i]!.sources],
    };
  });
  return { pairs, series, tradability: formation.tradability };
}
