import { z } from "zod";
import { scanPairs } from "../../quant/mod.ts";
import { nextTurn } from "../../resources/turns.ts";
import { CandidateConfig, candidatesOf, type CandidateUniverse } from "./candidate_sources.ts";
import { PairCriteriaConfig } from "./pair_criteria.ts";
import { residualPValue } from "./residual_p_value.ts";
import type { PairTests, TestedPair } from "./tested_pair.ts";
import { type Formation, hedgeLine, pricesOf, TestedPricesConfig, testedSeries } from "./tested_prices.ts";

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
}

/** Number of pairs tested one by one before yielding to other requests. */
const PAIRS_AT_ONCE = 8;

/** Finds the candidates of a formation and computes their statistics, from its data only. */
export async function testPairs(
  formation: Formation,
  { clusters, points }: Clustering,
  config: z.output<typeof PairTestsConfig>,
  { signal, progress, named = [] }: PairTestsOptions = {},
): Promise<PairTests> {
  const prices = pricesOf(formation, config);
  const series = testedSeries(prices, config);
  const closes = new Map(formation.matrix.tickers.map((ticker, i) => [ticker, formation.matrix.closes[i]!]));
  const candidates = candidatesOf({ tickers: formation.matrix.tickers, clusters, points, prices }, config, named);
  const inBothOrders = config.testOrders === "both";
  const scan = await scanPairs(series, {
    pairs: candidates.map(({ pair }) => pair),
    criteria: config,
    engleGranger: inBothOrders,
    signal,
  });
  const pairs: TestedPair[] = [];
  for (const pair of scan) {
    const { ticker_1, ticker_2, slope } = pair;
    const line = slope === null || !(config.logPrices || config.totalReturn)
      ? pair
      : hedgeLine(closes.get(ticker_1)!, closes.get(ticker_2)!);
    const cluster = clusters.get(ticker_1) ?? -1;
    pairs.push({
      ticker_1,
      ticker_2,
      cluster: cluster >= 0 && cluster === clusters.get(ticker_2) ? cluster : null,
      sources: [...candidates[pairs.length]!.sources],
      slope: line?.slope ?? null,
      intercept: line?.intercept ?? null,
      adf_statistic: pair.adfStatistic,
      adf_p_value: pair.adfPValue,
      used_lag: pair.usedLag,
      engle_granger_p_value: inBothOrders
        ? pair.engleGrangerPValue
        : pair.adfPValue === null
        ? null
        : residualPValue(series.get(ticker_2)!, series.get(ticker_1)!),
      engle_granger_p_value_reversed: pair.engleGrangerPValueReversed,
      hurst_exponent: pair.hurst,
      half_life: pair.halfLife,
      mean_crossings: pair.meanCrossings,
      failed: pair.failedCriteria,
    });
    if (!inBothOrders && pairs.length % PAIRS_AT_ONCE === 0) await nextTurn();
    signal?.throwIfAborted();
    progress?.(pairs.length, scan.length);
  }
  return { pairs, series, tradability: formation.tradability };
}
