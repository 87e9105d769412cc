import { z } from "zod";
import { eager, notEmpty } from "../../engine/mod.ts";
import { alignCloses, scanPairs } from "../../quant/mod.ts";
import { cleanPrices } from "../market/clean_prices.ts";
import { asset } from "../resources.ts";
import { ClusterPreset, pairClusters } from "./pair_clusters.ts";
import { residualPValue } from "./residual_p_value.ts";

const CointegratedPair = z.object({
  ticker_1: z.string().min(1).describe("The regressor x"),
  ticker_2: z.string().min(1).describe("The dependent leg y"),
  cluster: z.int().min(0),
  slope: z.number().nullable().describe("Hedge ratio of y on x by least squares"),
  intercept: z.number().nullable(),
  adf_statistic: z.number().nullable(),
  adf_p_value: z.number().nullable().describe(
    "The criterion of the original: MacKinnon's p-value as if the spread had been observed, which is too small",
  ),
  used_lag: z.int().nullable().describe("Chosen by AIC"),
  engle_granger_p_value: z.number().nullable().describe(
    "MacKinnon's p-value for the residuals of an estimated line; null where the legs are all but collinear",
  ),
  hurst_exponent: z.number().nullable(),
  half_life: z.number().nullable().describe("Sessions; negative where the spread does not revert"),
  mean_crossings: z.int().nullable(),
  accepted: z.boolean(),
  failed_criteria: z.array(z.object({ criterion: z.string(), reason: z.string() })).describe(
    "Each criterion that is not met, and why",
  ),
});

/** Settings of `cointegrated_pairs`. Every bound is strict. */
export const PairCriteriaConfig = z.strictObject({
  clusterPreset: ClusterPreset.default("research").describe("Whose clusters the pairs are taken from"),
  maxPValue: z.number().gt(0).max(1).default(0.05).describe("Dickey–Fuller p-value of the spread: below"),
  maxHurst: z.number().gt(0).max(1).default(0.5).describe("Hurst exponent of the spread: below"),
  maxHalfLife: z.number().gt(0).default(260).describe("Half-life in sessions: above 0 and below"),
  minCrossings: z.int().min(0).default(12).describe("Crossings of the spread's mean: above"),
});

/** The Hurst exponent of a shorter spread means nothing. */
export const fewestSessions = 100;

/** Every pair inside a cluster with its statistics, and whether its spread can be traded. */
export const cointegratedPairs = asset({
  key: "cointegrated_pairs",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description:
    "Every pair inside a cluster with its statistics, accepted where its spread reverts fast and often enough.",
  deps: { prices: cleanPrices, clusters: pairClusters },
  automation: eager(),
  config: PairCriteriaConfig,
  row: CointegratedPair,
  primaryKey: ["ticker_1", "ticker_2"],
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, config, signal, progress }) {
    const { clusterPreset, ...criteria } = config;
    const matrix = alignCloses(await inputs.prices.columns("ticker", "session", "close"));
    if (matrix.sessions.length < fewestSessions) {
      throw new RangeError(
        `clean_prices has ${matrix.sessions.length} sessions; testing pairs needs at least ${fewestSessions}. Give market data of more sessions.`,
      );
    }
    const prices = new Map(matrix.tickers.map((ticker, i) => [ticker, matrix.closes[i]!]));
    const clusters = (await inputs.clusters.rows()).filter((row) => row.preset === clusterPreset);
    const clusterOf = new Map(clusters.map((row) => [row.ticker, row.cluster]));
    const pairs = pairsInClusters(clusters);
    const scan = await scanPairs(prices, { pairs, criteria, signal });
    const rows: z.output<typeof CointegratedPair>[] = [];
    for (const pair of scan) {
      rows.push({
        ticker_1: pair.ticker_1,
        ticker_2: pair.ticker_2,
        cluster: clusterOf.get(pair.ticker_1)!,
        slope: pair.slope,
        intercept: pair.intercept,
        adf_statistic: pair.adfStatistic,
        adf_p_value: pair.adfPValue,
        used_lag: pair.usedLag,
        engle_granger_p_value: pair.adfPValue === null
          ? null
          : residualPValue(prices.get(pair.ticker_2)!, prices.get(pair.ticker_1)!),
        hurst_exponent: pair.hurst,
        half_life: pair.halfLife,
        mean_crossings: pair.meanCrossings,
        accepted: pair.accepted,
        failed_criteria: pair.failedCriteria.map(({ criterion, reason }) => ({ criterion, reason })),
      });
      // Some milliseconds a pair: whoever else this process serves must not wait for all of them.
      await new Promise((resolve) => setTimeout(resolve));
      signal.throwIfAborted();
      progress(rows.length, pairs.length);
    }
    return {
      rows,
      metadata: {
        tested: rows.length,
        accepted: rows.filter((row) => row.accepted).length,
        accepted_by_engle_granger: rows.filter((row) =>
          row.accepted && row.engle_granger_p_value !== null && row.engle_granger_p_value < criteria.maxPValue
        ).length,
        cluster_preset: clusterPreset,
      },
    };
  },
});

/** Pairs inside each cluster in ticker order, clusters in order of first appearance by ticker; noise is in none. */
export function pairsInClusters(rows: readonly { ticker: string; cluster: number }[]): [string, string][] {
  const byCluster = Map.groupBy(rows.filter((row) => row.cluster >= 0), (row) => row.cluster);
  return [...byCluster.values()].flatMap((members) => {
    const tickers = members.map((row) => row.ticker);
    return tickers.flatMap((first, i) => tickers.slice(i + 1).map((second): [string, string] => [first, second]));
  });
}
